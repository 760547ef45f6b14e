"""Bringing a backup back, into SQLite or PostgreSQL whatever it came from: in one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, MetaData, func, inspect, select, text

from inventory.errors import EnvironmentFailed, GateError
from jiyue.store import backup, migrate, schema
from jiyue.store.archive import Archive
from jiyue.store.backup import PART, Summary
from jiyue.store.database import Database


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, where the old store is kept (None: it was empty), how many of its ledger records are lost."""

    summary: Summary
    kept: Path | None
    lost: int


def restore(
    database: Database, path: Path, keep: Path | None, at: str, each: Callable[[str], None] = lambda _: None
) -> Restored:
    """Put the content of the backup at `path` in place of the store's.

    `keep` is where the old content is written first; None demands an empty store. GateError for a store that is not
    empty, InputError for a backup that is damaged. Nothing changes unless everything fits: the checksum, every row,
    the ledger's chain.
    """
    archive = Archive(path)
    with database.write() as connection:
        held = held_rows(connection)
        lost, kept = 0, None
        if held:
            if keep is None:
                cause = f"the store holds {held} rows"
                raise GateError(database.place, cause, "add --replace: the old store is kept as a backup first")
            backup.write(connection, keep, at, each)
            kept = keep
            lost = _only_here(connection, archive)
        try:
            _replace(connection, archive, each)
        except BaseException:
            if kept is not None:
                kept.unlink(missing_ok=True)  # nothing was replaced, so nothing needs to be kept
            raise
    return Restored(archive.summary, kept, lost)


def held_rows(connection: Connection) -> int:
    """How many rows the store has, 0 when it is empty."""
    names = set(inspect(connection).get_table_names())
    counted = [table for table in backup.tables() if table.name in names]
    return sum(int(connection.execute(select(func.count()).select_from(table)).scalar() or 0) for table in counted)


def _replace(connection: Connection, archive: Archive, each: Callable[[str], None]) -> None:
    for table in reversed(schema.metadata.sorted_tables):
        connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    migrate.upgrade(connection, archive.summary.layout)
    target = MetaData()
    target.reflect(connection)
    for name, rows in groupby(archive.rows(), key=lambda pair: pair[0]):
        each(name)
        insert, part = target.tables[name].insert(), []
        for _, row in rows:
            part.append(row)
            if len(part) == PART:
                connection.execute(insert.values(part))
                part = []
        if part:
            connection.execute(insert.values(part))
    _check_head(connection, archive)
    migrate.upgrade(connection)
    _move_sequences(connection)


def _check_head(connection: Connection, archive: Archive) -> None:
    row = connection.execute(select(schema.ledger_head.c.count, schema.ledger_head.c.hash)).one()
    if (row[0], row[1]) != (archive.summary.head.count, archive.summary.head.hash):
        raise EnvironmentFailed(str(archive.path), "the restored ledger ends elsewhere", "take another backup")


def _move_sequences(connection: Connection) -> None:
    """PostgreSQL numbers new rows by sequences, which know nothing of rows inserted with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in backup.tables():
        for column in table.primary_key.columns:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            ).scalar()
            if sequence:
                highest = connection.execute(select(func.max(column))).scalar()
                statement = text("SELECT setval(CAST(:name AS regclass), :value, :called)")
                values = {"name": sequence, "value": highest or 1, "called": highest is not None}
                connection.execute(statement, values)


def _only_here(connection: Connection, archive: Archive) -> int:
    """How many records of the store's ledger the backup lacks."""
    hashes = {row["hash"] for table, row in archive.rows() if table == "ledger"}
    held = connection.execute(select(schema.ledger.c.hash)).scalars()
    return sum(1 for one in held if one not in hashes)
