"""Reading a backup: nothing of it is believed before its checksum, its tables and the ledger's chain were looked at."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory.errors import EnvironmentFailed, InputError
from jiyue.store import migrate
from jiyue.store.anchor import Head
from jiyue.store.backup import SCHEMA, Summary, tables
from jiyue.store.entry import COLUMNS, Entry
from jiyue.store.view import View

LONGEST_LINE = 64 * 2**20
MOST_BYTES = 8 * 2**30
"""Limits of one row and of a whole backup, unpacked: a small file must not fill memory or disk."""

Row = dict[str, Any]


@dataclass(slots=True)
class Archive:
    """One backup file; `rows` may be walked several times and checks everything each time."""

    path: Path
    summary: Summary = field(init=False)

    def __post_init__(self) -> None:
        for _ in self.rows():
            pass

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Table and row, in the order of writing; InputError when the file is not a whole, unchanged backup.

        What was given is only to be trusted when the walk ends without an error.
        """
        digest, view = hashlib.sha256(), View(str(self.path))
        known = {table.name: [column.name for column in table.columns] for table in tables()}
        found: dict[str, int] = {}
        table = ""
        columns: Any = []
        lines = self._lines()
        summary = self._first(lines, digest)
        for data, value in lines:
            if isinstance(value, list):
                if not table or len(value) != len(columns):
                    raise self._bad(f"a row of {table or 'no table'} has {len(value)} values")
                row = {name: self._value(item) for name, item in zip(columns, value, strict=True)}
                if table == "ledger":
                    view.take(self._entry(row))
                found[table] += 1
                yield table, row
            elif isinstance(value, dict) and "table" in value:
                table = str(value["table"])
                columns = value.get("columns")
                if table in found or table not in known or not self._fits(columns, known[table], summary.layout):
                    raise self._bad(f"table {table[:40]!r} is not one of layout {summary.layout}")
                found[table] = 0
            elif isinstance(value, dict) and value.get("end") is True:
                self._check_end(value, digest.hexdigest(), found, Head(view.count, view.head))
                for rest in lines:
                    raise self._bad(f"{len(rest[0])} bytes follow its end")
                summary.rows, summary.head = found, Head(view.count, view.head)
                self.summary = summary
                return
            else:
                raise self._bad("a line is neither a table nor a row")
            digest.update(data)
        raise self._bad("its end is missing")

    def _first(self, lines: Iterator[tuple[bytes, Any]], digest: Any) -> Summary:
        data, value = next(lines, (b"", None))
        digest.update(data)
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise self._bad("it does not begin like one")
        layout = str(value.get("layout"))
        if layout > migrate.newest():
            cause = f"it is of layout {layout[:8]}, this version knows {migrate.newest()}"
            raise InputError(str(self.path), cause, "use the version of jiyue that wrote it, or a newer one")
        return Summary(layout, str(value.get("at")))

    def _lines(self) -> Iterator[tuple[bytes, Any]]:
        total = 0
        try:
            with gzip.open(self.path, "rb") as stream:
                while data := stream.readline(LONGEST_LINE + 1):
                    total += len(data)
                    if len(data) > LONGEST_LINE or total > MOST_BYTES:
                        raise self._bad("it unpacks to more than a backup can hold")
                    yield data, json.loads(data)
        except (InputError, EnvironmentFailed):
            raise
        except FileNotFoundError as error:
            raise InputError(
                str(self.path), "there is no such file", "name the file that store backup wrote"
            ) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._bad("the file is cut off or not compressed as one") from error
        except (ValueError, RecursionError) as error:
            raise self._bad("a line is not JSON") from error
        except OSError as error:
            cause = f"the backup cannot be read: {error.strerror or error}"
            raise EnvironmentFailed(str(self.path), cause, "give this user the file") from error

    def _check_end(self, end: dict[str, Any], digest: str, found: dict[str, int], head: Head) -> None:
        if end.get("sha256") != digest or end.get("rows") != found or end.get("head") != head.data:
            raise self._bad("its checksum does not fit: it was changed after it was made")

    def _fits(self, columns: object, known: list[str], layout: str) -> bool:
        """A backup of an older layout may lack columns, but its names are still ours and each is there once."""
        if not isinstance(columns, list) or len(set(map(str, columns))) != len(columns):
            return False
        return columns == known if layout == migrate.newest() else set(columns) <= set(known)

    def _entry(self, row: Row) -> Entry:
        try:
            return Entry(*(row[name] for name in COLUMNS))
        except KeyError as error:
            raise self._bad("the ledger lacks a column") from error

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            try:
                return base64.b64decode(value["base64"], validate=True)
            except (KeyError, TypeError, binascii.Error) as error:
                raise self._bad("a value cannot be read") from error
        if value is None or isinstance(value, str | int | bool):
            return value
        raise self._bad("a value cannot be read")

    def _bad(self, cause: str) -> InputError:
        return InputError(str(self.path), f"this is no whole backup: {cause}", "take another backup")
