"""One database: opening it safely, transactions, and every failure as an error with place, cause and fix."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from inventory.errors import EnvironmentFailed, InputError, JiyueError
from jiyue.store import failures, migrate
from jiyue.store.engine import LOCK, WRITE, begin_writing, make_engine, usable, write_at_once
from jiyue.store.failures import StoreDamaged
from jiyue.store.url import shown, store_url
from jiyue.store.writing import InWords, Kept, driver_of

BUSY_SECONDS = 60.0
"""How long a writer waits for another one before it gives up."""


class Database:
    """Reads and serialised writes on one database; raises EnvironmentFailed for everything that goes wrong with it.

    A SQLite store of an older layout is brought to the newest one when it is opened, under its write lock. One on
    PostgreSQL is shared by a team, so only `migrate` does that there; opening it is refused until then.
    """

    def __init__(
        self, place: str | Path | URL, create: bool = True, wait: float = BUSY_SECONDS, migrating: bool = False
    ) -> None:
        self.url = store_url(place)
        self.place = shown(self.url)
        self.is_file = self.url.get_backend_name() == "sqlite"
        """Whether the store is a file of this machine (SQLite)."""
        self.wait = wait
        self.before = ""
        """The layout that was found at opening; empty when there was no store."""
        self._engines: dict[int, Engine] = {}
        self._writers: dict[int, Engine] = {}
        self._idle: dict[int, list[Connection]] = {}
        try:
            self._open(create, migrating)
        except BaseException:
            self.close()
            raise

    def _open(self, create: bool, migrating: bool) -> None:
        with InWords(self):
            if self.is_file:
                if not self.path.exists() and not create:
                    raise EnvironmentFailed(self.place, "there is no store here", "run `jiyue ipv6 propose` first")
                self._prepare_file()
            self._prepare_tables(create, migrating)

    @property
    def path(self) -> Path:
        """The file of the store; InputError for a store on a server."""
        if not self.is_file:
            raise InputError(self.place, "this store is no file", "ask for its URL")
        return Path(str(self.url.database))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view for reading."""
        with InWords(self), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one writer: holds the write lock from the start, on disk when it returns."""
        with InWords(self), Kept(self) as connection, connection.begin():
            yield connection

    @contextmanager
    def append(self, asking: str) -> Iterator[tuple[Any, Any]]:
        """The one writer on the driver's own connection: (connection, the row of `asking` read under the lock).

        For the ledger's statements, beside which a toolkit's own steps would weigh.
        """
        with InWords(self), Kept(self) as connection:
            driver = driver_of(connection)
            try:
                yield driver, begin_writing(driver, self.wait, asking)
                driver.commit()
            except BaseException:
                driver.rollback()
                raise

    def at_once(self, into: str, values: Sequence[object]) -> bool:
        """One row of the one writer, on disk when it returns; False when the store refused it.

        For a record that says itself what it follows, so that nothing has to be asked under the lock before. `into` is
        `INSERT INTO table (columns)`.
        """
        with InWords(self), Kept(self) as connection:
            return write_at_once(driver_of(connection), self.wait, into, values)

    def take(self) -> Connection:
        """A connection for a writer; one is kept out of the pool: checking it out again costs more than a statement."""
        idle = self._idle.get(os.getpid())
        if not idle:
            return self._writer.connect()
        connection = idle.pop()
        if usable(connection):
            return connection
        connection.close()
        return self._writer.connect()

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next writer, unless one is kept already; one that failed is to be closed instead."""
        idle = self._idle.setdefault(os.getpid(), [])
        if idle:
            connection.close()
        else:
            idle.append(connection)

    @property
    def layout(self) -> str:
        """The layout of the tables, like `0002`; empty text when there are none."""
        with self.read() as connection:
            return migrate.current(connection)

    @property
    def _engine(self) -> Engine:
        # One engine per process: a forked child must not touch its parent's connections, not even to close them.
        found = self._engines.get(os.getpid())
        if found is None:
            found = self._engines[os.getpid()] = make_engine(self.url, self.wait)
            weakref.finalize(self, _dispose, os.getpid(), found, self._idle.setdefault(os.getpid(), []))
        return found

    @property
    def _writer(self) -> Engine:
        """The same engine, its pool included, with transactions that take the write lock."""
        found = self._writers.get(os.getpid())
        if found is None:
            found = self._writers[os.getpid()] = self._engine.execution_options(**{WRITE: True})
        return found

    def close(self) -> None:
        """Close the pooled connections; the store can be used again afterwards."""
        _dispose(os.getpid(), self._engine, self._idle.get(os.getpid(), []))

    def _prepare_file(self) -> None:
        """Only the owner may read the store, and a folder made for it."""
        missing = [folder for folder in (self.path.parent, *self.path.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of the database itself.
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)

    def _prepare_tables(self, create: bool, migrating: bool) -> None:
        with self._engine.connect() as connection:
            if self.is_file:
                verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
                if verdict != "ok":
                    raise StoreDamaged(self.place, f"the store is damaged: {verdict}", failures.DAMAGED)
        with self.read() as connection:
            held = self.before = migrate.current(connection)
            self._check_version(connection, held)
        if held == migrate.newest():
            return
        if not self.is_file and held and not migrating:
            cause = f"its layout is {int(held)}, this version knows {int(migrate.newest())}"
            raise EnvironmentFailed(self.place, cause, "tell the others, then run: jiyue store migrate")
        if not self.is_file and not held and not create:
            raise EnvironmentFailed(self.place, "there is no store here", "run: jiyue store migrate")
        with self.write() as connection:
            # Somebody else may have been faster.
            if migrate.current(connection) != migrate.newest():
                migrate.upgrade(connection)

    def _check_version(self, connection: Connection, held: str) -> None:
        migrate.check_known(self.place, held)
        if held:
            version = connection.execute(text("SELECT version FROM layout")).scalar()
            migrate.check_known(self.place, f"{int(version or 0):04d}")

    def told(self, error: BaseException) -> EnvironmentFailed | None:
        """A failure of the database, its toolkit or the system in our words; None for every other error."""
        if isinstance(error, (DBAPIError, sqlite3.Error, psycopg.Error)):
            cause = error.orig if isinstance(error, DBAPIError) else error
            holder = self._holder() if failures.is_busy(cause) else ""
            kind = StoreDamaged if failures.is_damage(cause) else EnvironmentFailed
            trouble = failures.explain(cause, self.wait, holder)
            return kind(self.place, trouble.cause, trouble.fix)
        if isinstance(error, SQLAlchemyError):
            return EnvironmentFailed(self.place, f"the store failed: {error}", failures.DAMAGED)
        if isinstance(error, OSError) and not isinstance(error, JiyueError):  # a GateError is an OSError too
            return EnvironmentFailed(
                self.place, f"the store cannot be opened: {error.strerror or error}", failures.GIVE
            )
        return None

    def _holder(self) -> str:
        """Who has the write lock, in words; empty text when that cannot be told."""
        if self.is_file:
            return failures.file_holder(self.path)
        query = text(
            "SELECT a.application_name, a.usename, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
            "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :lock AND l.database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        try:
            with self._engine.connect() as connection, connection.begin():
                row = connection.execute(query, {"lock": LOCK}).first()
        except SQLAlchemyError:
            return ""
        return f"{row[0] or row[1]} (server process {row[2]})" if row else ""


def _dispose(process: int, engine: Engine, idle: list[Connection]) -> None:
    """Close the connections of a store that nobody uses any more; never those of another process."""
    if process == os.getpid():
        while idle:
            idle.pop().close()
        engine.dispose()
