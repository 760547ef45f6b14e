"""A store as one file: compressed JSON lines with a checksum, the same from SQLite and from PostgreSQL.

{"schema": "jiyue/store-backup/1", "layout": "0002", "at": "..."}
{"table": "ledger", "columns": [...]}
[...]                                       one row per line, parents before children
{"end": true, "rows": {...}, "head": {...}, "sha256": "<of every byte before this line>"}
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, select

from inventory.errors import EnvironmentFailed, InputError
from jiyue.store import migrate, schema
from jiyue.store.anchor import Head

SCHEMA = "jiyue/store-backup/1"
LEFT_OUT = frozenset({"layout", "ledger_head"})
"""What the migrations and the ledger's own triggers make again."""
PART = 500


@dataclass(slots=True)
class Summary:
    """What a backup holds: layout, time (UTC), rows per table, the ledger's head."""

    layout: str
    at: str
    rows: dict[str, int] = field(default_factory=dict)
    head: Head = field(default_factory=lambda: Head(0, ""))

    @property
    def data(self) -> dict[str, Any]:
        """The summary as JSON."""
        return {"layout": self.layout, "at": self.at, "rows": self.rows, "head": self.head.data}


def tables() -> list[Table]:
    """The tables that a backup holds, those that others refer to first."""
    return [table for table in schema.metadata.sorted_tables if table.name not in LEFT_OUT]


def write(connection: Connection, path: Path, at: str, each: Callable[[str], None] = lambda _: None) -> Summary:
    """Write what one transaction sees to `path` (0600), whole or not at all; an existing file is never overwritten.

    `each` is told the table that is being written. Raises InputError, EnvironmentFailed.
    """
    summary = Summary(migrate.current(connection), at)
    with _new_file(path) as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream:
        digest = hashlib.sha256()

        def line(value: object) -> None:
            data = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
            digest.update(data)
            stream.write(data)

        line({"schema": SCHEMA, "layout": summary.layout, "at": at})
        for table in tables():
            each(table.name)
            line({"table": table.name, "columns": [column.name for column in table.columns]})
            count = 0
            order = list(table.primary_key.columns) or list(table.columns)
            for row in connection.execute(select(table).order_by(*order).execution_options(yield_per=PART)):
                line([_out(value) for value in row])
                count += 1
            summary.rows[table.name] = count
        head = connection.execute(select(schema.ledger_head.c.count, schema.ledger_head.c.hash)).one()
        summary.head = Head(head[0], head[1])
        end = {"end": True, "rows": summary.rows, "head": summary.head.data, "sha256": digest.hexdigest()}
        stream.write(json.dumps(end, separators=(",", ":")).encode() + b"\n")
    return summary


def _out(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"a column of type {type(value).__name__} cannot be kept in a backup")


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is complete and on disk."""
    if path.exists():
        raise InputError(str(path), "the file exists already", "choose another name: a backup is never overwritten")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            path.hardlink_to(temporary)  # unlike a rename it fails when the name was taken meanwhile
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError as error:
        raise InputError(str(path), "the file exists already", "choose another name") from error
    except OSError as error:
        if isinstance(error, EnvironmentFailed):
            raise
        cause = f"the backup cannot be written: {error.strerror or error}"
        raise EnvironmentFailed(str(path), cause, "give this user the folder and some space") from error
