"""Runs one command per host, many at a time, from one process: no worker, no thread and no pipe per host."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

LOST = 255
"""What ssh(1) ends with when it did not get through."""
_LOOK = 0.5
"""How often the parent is looked at, in seconds: when it is gone, nobody waits for the answers."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run for a host, with the file that becomes its standard input."""

    argv: Sequence[str | bytes]
    given: Path
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended; `code` is None when it was ended at the limit."""

    code: int | None
    out: str
    err: str


class _Running:
    """One command that runs; its output goes into memory files, so a child that stays behind holds nothing up."""

    def __init__(self, host: str, command: Command, tries: int) -> None:
        self.host, self.command, self.tries = host, command, tries
        self._out, self._err = os.memfd_create("out", os.MFD_CLOEXEC), os.memfd_create("err", os.MFD_CLOEXEC)
        with command.given.open("rb") as given:
            self.process = subprocess.Popen(
                command.argv, stdin=given, stdout=self._out, stderr=self._err, env=command.environment
            )
        self.pidfd = os.pidfd_open(self.process.pid)

    def end(self, *, kill: bool = False) -> Ended:
        """Collect it."""
        if kill:
            self.process.kill()
        code = self.process.wait()
        found = Ended(None if kill else code, _text(self._out), _text(self._err))
        for handle in (self.pidfd, self._out, self._err):
            os.close(handle)
        return found


def _text(handle: int) -> str:
    return os.pread(handle, os.fstat(handle).st_size, 0).decode("utf-8", "replace")


def run(
    commands: Iterable[tuple[str, Command]],
    width: int,
    limit: float,
    done: Callable[[str, Ended], None],
    tries: int = 2,
) -> None:
    """Run all, `width` at a time, each made just before it starts; `done` hears of every host exactly once.

    After `limit` seconds whatever still runs is ended. One that did not get through and said nothing is tried again,
    `tries` times in all. Ends everything it started when it is told to stop or its parent goes away.
    """
    waiting: Iterator[tuple[str, Command, int]] = ((host, command, 1) for host, command in commands)
    running: dict[int, _Running] = {}
    poll, parent, deadline = select.poll(), os.getppid(), time.monotonic() + limit
    before = signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(143)))
    try:
        while True:
            for found in islice(waiting, width - len(running)):
                one = _Running(*found)
                running[one.pidfd] = one
                poll.register(one.pidfd, select.POLLIN)
            if not running:
                break
            left = deadline - time.monotonic()
            for handle, _ in poll.poll(max(0.0, min(left, _LOOK)) * 1000):
                poll.unregister(handle)
                one = running.pop(handle)
                ended = one.end()
                if ended.code == LOST and not ended.out and one.tries < tries:
                    waiting = chain(((one.host, one.command, one.tries + 1),), waiting)
                else:
                    done(one.host, ended)
            if left <= 0 or os.getppid() != parent:
                for one in running.values():
                    done(one.host, one.end(kill=True))
                for host, _, _ in waiting:
                    done(host, Ended(None, "", ""))
                running, waiting = {}, iter(())
    finally:
        for one in running.values():
            with suppress(OSError):
                one.end(kill=True)
        signal.signal(signal.SIGTERM, before)
