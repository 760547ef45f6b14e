"""Answers of a run as they come in, so that a run that was killed goes on with what it had.

One folder per run, named by what binds it (the same questions, the same state of the province); in it one file per call
of the prober, named by the call's own question. The first line says when it was begun, the others are the prober's. A
call older than the limit is asked anew, and a run that comes to its end leaves nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

SCHEMA = "jiyue/probe-journal/1"


class Call:
    """The kept lines of one call, and where further ones go; they are on their way to disk when `write` returns."""

    def __init__(self, path: Path, lines: list[bytes], stream: IO[bytes]) -> None:
        self.lines = lines
        self._path, self._stream = path, stream

    def write(self, line: bytes) -> None:
        """Keep a line."""
        self._stream.write(line)

    def close(self) -> None:
        """Nothing more comes."""
        self._stream.close()


class Journal:
    """The journal of one run, below `folder`. `binding` is any text that two runs share only when their answers may be
    mixed, `age` the seconds for which an answer may be used, `now` the wall clock (epoch seconds)."""

    def __init__(self, folder: Path, binding: str, age: float, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._mine = folder / hashlib.sha256(binding.encode()).hexdigest()[:32]
        self._age, self._now = age, now
        self._turns: dict[str, int] = {}
        self._lock: int | None = None

    def __enter__(self) -> Journal:
        """Take the folder; while another run holds it, nothing is kept and nothing is read."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return self
        self._lock = lock
        for other in self._folder.iterdir():
            if other.is_dir() and other != self._mine:
                shutil.rmtree(other, ignore_errors=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A run that came to its end leaves nothing; one that was broken off leaves what it had."""
        if self._lock is None:
            return
        if error is None:
            shutil.rmtree(self._mine, ignore_errors=True)
        os.close(self._lock)
        self._lock = None

    def forget(self) -> None:
        """Start anew, whatever there is."""
        if self._lock is not None:
            shutil.rmtree(self._mine, ignore_errors=True)

    def call(self, host: str, request: bytes) -> Call | None:
        """The journal of this request on this host; None when nothing is kept.

        The same request again in one run is another call: what is red is asked again, not read again.
        """
        if self._lock is None:
            return None
        asked = hashlib.sha256(host.encode() + b"\0" + request).hexdigest()
        turn = self._turns[asked] = self._turns.get(asked, 0) + 1
        self._mine.mkdir(mode=0o700, exist_ok=True)
        path = self._mine / f"{asked[:40]}-{turn}"
        lines = self._read(path)
        # A torn last line is cut off by writing anew what was whole.
        stream = path.open("wb" if lines is None else "r+b", buffering=0)
        if lines is None:
            lines = []
            stream.write(json.dumps({"schema": SCHEMA, "begun": self._now()}).encode() + b"\n")
        else:
            stream.seek(sum(map(len, lines)))
            stream.truncate()
            lines = lines[1:]
        return Call(path, lines, stream)

    def _read(self, path: Path) -> list[bytes] | None:
        """The whole lines with the first; None when there is no journal, another's, or one that is too old."""
        try:
            lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
            head = json.loads(lines[0])
            fresh = head["schema"] == SCHEMA and 0 <= self._now() - float(head["begun"]) <= self._age
        except (OSError, ValueError, LookupError, TypeError):
            return None
        return lines if fresh else None
