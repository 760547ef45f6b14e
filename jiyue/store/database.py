"""One database: opening it safely, transactions, and every failure as an error with place, cause and fix."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from inventory.errors import EnvironmentFailed, InputError, JiyueError
from jiyue.store import schema

BUSY_SECONDS = 60
"""How long a writer waits for another one before it gives up."""

RESTORE = "keep the file for inspection and restore the last backup"


def store_url(place: str | Path) -> URL:
    """The database URL of a path or a URL text; InputError for a database that this version does not speak."""
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(Path(place).absolute()))
    try:
        url = make_url(place)
    except ArgumentError as error:
        raise InputError("store", "the URL cannot be read", "write sqlite:////absolute/path/jiyue.db") from error
    if url.get_backend_name() != "sqlite":
        raise InputError("store", f"{url.get_backend_name()} is not supported yet", "write sqlite:////path/jiyue.db")
    if not url.database or url.database == ":memory:":
        raise InputError("store", "the URL names no file", "write sqlite:////absolute/path/jiyue.db")
    return url


class Database:
    """Reads and serialised writes on one SQLite file; raises EnvironmentFailed for everything the file does wrong."""

    def __init__(self, place: str | Path, create: bool = True) -> None:
        url = store_url(place)
        assert url.database
        self.path = Path(url.database)
        self._engine = _engine(url)
        with self._failures():
            if not self.path.exists() and not create:
                raise EnvironmentFailed(str(self.path), "there is no store here", "run `jiyue ipv6 propose` first")
            self._prepare_file()
            self._prepare_tables()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view for reading."""
        with self._failures(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one writer: holds the write lock from the start (BEGIN IMMEDIATE), on disk when it returns."""
        with self._failures(), self._engine.connect() as connection:
            connection = connection.execution_options(jiyue_write=True)
            with connection.begin():
                yield connection

    def _prepare_file(self) -> None:
        """Only the owner may read the store, and a folder made for it."""
        missing = [folder for folder in (self.path.parent, *self.path.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of the database itself.
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)

    def _prepare_tables(self) -> None:
        with self._engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if verdict != "ok":
                raise EnvironmentFailed(str(self.path), f"the store is damaged: {verdict}", RESTORE)
        with self.write() as connection:
            if not inspect(connection).has_table(schema.layout.name):
                schema.metadata.create_all(connection)
                for statement in schema.triggers():
                    connection.exec_driver_sql(statement)
                connection.execute(schema.layout.insert().values(version=schema.VERSION))
            version = connection.execute(select(schema.layout.c.version)).scalar()
        if version != schema.VERSION:
            cause = f"its layout is {version}, this version knows {schema.VERSION}"
            raise EnvironmentFailed(str(self.path), cause, "use the version of jiyue that wrote it")

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise EnvironmentFailed(str(self.path), *_explain(error.orig)) from error
        except SQLAlchemyError as error:
            raise EnvironmentFailed(str(self.path), f"the store failed: {error}", RESTORE) from error
        except JiyueError:
            raise  # a GateError is an OSError too
        except OSError as error:
            cause = f"the store cannot be opened: {error.strerror or error}"
            raise EnvironmentFailed(str(self.path), cause, "give this user the file and its folder") from error


def _explain(error: BaseException | None) -> tuple[str, str]:
    text = str(error)
    if isinstance(error, sqlite3.OperationalError) and ("locked" in text or "busy" in text):
        return f"another process has held the store for {BUSY_SECONDS} s", "let it finish, then try again"
    if isinstance(error, sqlite3.OperationalError) and ("readonly" in text or "unable to open" in text):
        return f"the store cannot be written: {text}", "give this user the file and its folder"
    if "full" in text:
        return f"the store cannot be written: {text}", "free some disk space"
    if "not a database" in text or "malformed" in text:
        return f"the store is damaged: {text}", RESTORE
    return f"the store refused: {text}", RESTORE


def _engine(url: URL) -> Engine:
    # NullPool: no connection outlives its use, so forked and threaded callers never share one.
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("jiyue_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
