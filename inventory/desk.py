"""The hands of `inventory.source`: files read as hostile, line maps kept, every problem noted with its place."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from inventory.errors import InputError, JiyueError
from inventory.explain import explain
from inventory.files import ENVIRONMENTS, FOLDERS, OPTIONAL_FILES, ORGANISATIONS, PLATFORMS, REGIONS, SHARED_FILES
from inventory.types import show
from inventory.view import Ref
from inventory.yamlmap import Mapped, is_hidden, parse

MAX_BYTES = 512 * 1024
MAX_FILES = 64
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
Record = TypeVar("Record", bound=BaseModel)


def stem_of(name: str) -> str:
    """The file's name without folder and ending."""
    return name.rpartition("/")[2].rpartition(".")[0]


class Desk:
    """What has been read so far: the line map of each file and the problems as (ref, cause, fix)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = root.resolve()
        self._maps: dict[str, Mapped] = {}
        self.problems: list[tuple[Ref, str, str]] = []

    def names(self, env: str) -> list[str]:
        """Every file of the province in this environment, relative to the root."""
        optional = [name for name in OPTIONAL_FILES if os.path.lexists(self._root / name)]
        names = [REGIONS, *SHARED_FILES, *optional, *self._folder(PLATFORMS, ".yaml")]
        if (self._root / ORGANISATIONS).exists():
            names += self._folder(ORGANISATIONS, ".csv")
        if not NAME.fullmatch(env):
            self._flaw(ENVIRONMENTS, 0, f"environment {show(env)} is not a name", "use small letters, digits, hyphens")
            return names
        return [*names, f"{ENVIRONMENTS}/{env}.yaml"]

    def _folder(self, folder: str, suffix: str) -> list[str]:
        try:
            entries = sorted(path.name for path in (self._root / folder).iterdir() if not path.name.startswith("."))
        except OSError as error:
            self._flaw(folder, 0, f"cannot be listed ({error.strerror})", "add a folder with one file per platform")
            return []
        for name in entries:
            if not name.endswith(suffix):
                fix = "rename or remove it"
                self._flaw(f"{folder}/{name[:80]}", 0, f"is not a {suffix} file, so nobody reads it", fix)
        names = [name for name in entries if name.endswith(suffix)]
        if len(names) > MAX_FILES:
            self._flaw(folder, 0, f"{len(names)} files, more than {MAX_FILES}", "remove what is not a platform")
        return [f"{folder}/{name}" for name in names[:MAX_FILES]]

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None after noting why it cannot be had."""
        path = self._root / name
        try:
            if not path.resolve(strict=True).is_relative_to(self._real):
                self._flaw(name, 0, "is a link that leaves the inventory", "put the file itself there")
                return None
            if not path.is_file():
                self._flaw(name, 0, "is not a regular file", "put a file there")
                return None
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            self._flaw(name, 0, "the file is missing", "add it")
            return None
        except (OSError, RuntimeError) as error:
            self._flaw(name, 0, f"cannot be read ({getattr(error, 'strerror', None) or 'a loop of links'})", "allow it")
            return None
        if len(data) > MAX_BYTES:
            self._flaw(name, 0, f"is larger than {MAX_BYTES} bytes", "split it")
            return None
        return data

    def _text(self, name: str) -> str | None:
        data = self.read(name)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig")  # spreadsheets write a byte order mark
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._flaw(name, line, "is not UTF-8 text", "save the file as UTF-8")
            return None

    def record(self, name: str, kind: type[Record]) -> Record | None:
        """One YAML file as its record; None after noting everything wrong with it."""
        text = self._text(name)
        if text is None:
            return None
        mapped = self._maps[name] = parse(text)
        for flaw in mapped.flaws:
            self._flaw(name, flaw.line, flaw.cause, flaw.fix)
        if mapped.flaws:
            return None
        try:
            record = kind.model_validate(mapped.value)
        except ValidationError as error:
            self.problems += [((name, *path), cause, fix) for path, cause, fix in explain(kind, error)]
            return None
        stem = stem_of(name)
        if name.partition("/")[0] in FOLDERS and (said := getattr(record, "name", stem)) != stem:
            fix = f"write name: {stem} or rename the file"
            self.problems.append(((name, "name"), f"name {show(said)} does not match the file's name", fix))
            return record.model_copy(update={"name": stem})  # so that rules still find their lines
        return record

    def table(self, name: str, columns: tuple[str, ...], kind: type[Record], **given: str) -> tuple[Record, ...]:
        """A CSV file as records; lines that are wrong are noted and left out. `given` are fields that no column has."""
        text = self._text(name)
        if text is None:
            return ()
        mapped = self._maps[name] = Mapped()
        rows = csv.reader(text.removesuffix("\n").split("\n"), strict=True)
        found: list[Record] = []
        try:
            if tuple(next(rows, ())) != columns:
                self._flaw(name, 1, "the first line is not the header", f"write {','.join(columns)}")
                return ()
            for row in rows:
                record = self._row(name, rows.line_num, columns, row, kind, given)
                if record is not None:
                    mapped.lines[(len(found),)] = rows.line_num
                    found.append(record)
        except csv.Error as error:
            self._flaw(name, rows.line_num, f"not valid CSV: {error}", "correct the quotes on this line")
        return tuple(found)

    def _row(
        self, name: str, line: int, columns: tuple[str, ...], row: list[str], kind: type[Record], given: dict[str, str]
    ) -> Record | None:
        if len(row) != len(columns):
            self._flaw(name, line, f"{len(row)} fields, not {len(columns)}", f"write {','.join(columns)}")
            return None
        if any(is_hidden(char) for value in row for char in value):
            self._flaw(name, line, "a field holds a control character", "remove the character")
            return None
        try:
            return kind.model_validate(dict(zip(columns, row, strict=True)) | given)
        except ValidationError as error:
            for _, cause, fix in explain(kind, error):
                self._flaw(name, line, cause, fix)
            return None

    def _flaw(self, name: str, line: int, cause: str, fix: str) -> None:
        """Note a problem on a known line; line 0 means the file as a whole."""
        mapped = self._maps.setdefault(name, Mapped())
        at = f"\0{line}"
        mapped.lines[(at,)] = line
        self.problems.append(((name, at), cause, fix))

    def errors(self, found: list[tuple[Ref, str, str]]) -> tuple[JiyueError, ...]:
        """Problems with their places, sorted by file and line, each once."""
        placed = {(str(at[0]), self._line(at), cause, fix) for at, cause, fix in found}
        return tuple(InputError(self._shown(name, line), cause, fix) for name, line, cause, fix in sorted(placed))

    def place(self, at: Ref) -> str:
        """The file and line of a ref, as a person reads it."""
        return self._shown(str(at[0]), self._line(at))

    def _line(self, at: Ref) -> int:
        name, *path = at
        return self._maps.get(str(name), Mapped()).line(tuple(path))

    def _shown(self, name: str, line: int) -> str:
        path = self._root / name
        here = Path.cwd()
        if path.is_absolute() and path.is_relative_to(here):
            path = path.relative_to(here)
        shown = "".join(char if char.isprintable() else "?" for char in str(path))
        return f"{shown}:{line}" if line else shown
