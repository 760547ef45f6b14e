"""How a store is: where, which layout, how durable, what it holds, and whether its guards are in place."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, select, text
from sqlalchemy.pool import StaticPool

from inventory.errors import EnvironmentFailed
from jiyue.store import backup, migrate
from jiyue.store.anchor import Head
from jiyue.store.database import Database
from jiyue.store.failures import DAMAGED
from jiyue.store.schema import ledger_head

_CHAIN = frozenset({"ledger_chain", "ledger_head_follows", "ledger_head_no_delete"})
_DURABLE = {"sqlite": {"journal_mode": "wal", "synchronous": "2"}, "postgresql": {"fsync": "on"}}
_DURABLE["postgresql"] |= {"synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True, slots=True)
class Status:
    """`engine` is SQLite or PostgreSQL with its version, `size` bytes on disk, `settings` what durability rests on."""

    place: str
    engine: str
    layout: str
    newest: str
    size: int
    rows: dict[str, int]
    head: Head
    quarantined: int
    settings: dict[str, str]
    weak: tuple[str, ...]


def status(database: Database, quarantined: int) -> Status:
    """Look at an open store; changes nothing."""
    with database.read() as connection:
        dialect = connection.dialect.name
        counts = {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
            for table in backup.tables()
        }
        row = connection.execute(select(ledger_head.c.count, ledger_head.c.hash)).one()
        settings = {name: _setting(connection, dialect, name) for name in _DURABLE[dialect]}
        if dialect == "sqlite":
            engine = f"SQLite {sqlite3.sqlite_version}"
            size = sum(path.stat().st_size for path in _files(database.path) if path.exists())
        else:
            engine = f"PostgreSQL {_setting(connection, dialect, 'server_version')}"
            size = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar() or 0)
        layout = migrate.current(connection)
    weak = tuple(f"{name} is {value}" for name, value in settings.items() if value != _DURABLE[dialect][name])
    head = Head(row[0], row[1])
    return Status(database.place, engine, layout, migrate.newest(), size, counts, head, quarantined, settings, weak)


def check_guards(database: Database) -> int:
    """How many append-only tables are held by triggers; EnvironmentFailed names the triggers that are gone."""
    wanted = expected_triggers("sqlite" if database.is_file else "postgresql")
    with database.read() as connection:
        if database.is_file:
            found = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
            verdict = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
            if verdict != "ok":
                raise EnvironmentFailed(database.place, f"the store is damaged: {verdict}", DAMAGED)
        else:
            query = "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgenabled = 'O' "
            query += "AND NOT t.tgisinternal AND c.relnamespace = CAST(current_schema() AS regnamespace)"
            found = set(connection.execute(text(query)).scalars())
    if gone := sorted(wanted - found):
        cause = f"{len(gone)} of its guards are gone: {', '.join(gone[:5])}; somebody may have edited it"
        raise EnvironmentFailed(database.place, cause, DAMAGED)
    return len(wanted)


def expected_triggers(dialect: str) -> frozenset[str]:
    """Names of the triggers that the newest layout has, learnt from a store in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        migrate.upgrade(connection)
        names = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
    engine.dispose()
    if dialect == "sqlite":
        return frozenset(names)
    held = {name.removesuffix("_no_update") for name in names if name.endswith("_no_update")}
    return frozenset({f"{table}_append_only" for table in held} | _CHAIN)


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]


def _setting(connection: Connection, dialect: str, name: str) -> str:
    word = f"PRAGMA {name}" if dialect == "sqlite" else f"SHOW {name}"
    return str(connection.exec_driver_sql(word).scalar())
