"""Processes by identity, not by number alone: a pid means nothing after a reboot or once it was given out again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


def boot_id() -> str:
    """The kernel's identifier of this boot."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


@dataclass(frozen=True, slots=True)
class Process:
    """A process of this machine: `started` is its start in clock ticks since boot (proc(5), stat field 22)."""

    pid: int
    started: int
    boot: str

    @staticmethod
    def of(pid: int) -> Process | None:
        """The living process of that number, or None."""
        fields = _stat(pid)
        return None if fields is None else Process(pid, int(fields[19]), boot_id())

    def alive(self) -> bool:
        """True while exactly this process runs (a zombie does not)."""
        fields = _stat(self.pid)
        return fields is not None and int(fields[19]) == self.started and self.boot == boot_id()

    def end(self, seconds: float = 20.0) -> bool:
        """Kill it and wait until it is gone; False when it still lives after `seconds`."""
        deadline = time.monotonic() + seconds
        while self.alive():
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                break
            if time.monotonic() > deadline:
                return False
            reap(self.pid)
            time.sleep(0.02)
        reap(self.pid)
        return True


def reap(pid: int) -> None:
    """Collect the exit status if `pid` is our own child that ended."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _stat(pid: int) -> list[str] | None:
    """Fields 3 and on of /proc/PID/stat; None when there is no such process or it is a zombie."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the process table: the parent, and the pid as numbered in each nested namespace, outermost first."""

    parent: int
    inner: tuple[int, ...]


def table() -> dict[int, Entry]:
    """Every process of this machine, by pid."""
    found = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            lines = (entry / "status").read_text().splitlines()
        except OSError:
            continue
        fields = dict(line.split(":", 1) for line in lines if line.startswith(("PPid:", "NSpid:")))
        inner = tuple(int(word) for word in fields.get("NSpid", "").split()[1:])
        found[int(entry.name)] = Entry(int(fields["PPid"]), inner)
    return found


def only_child(parent: int, entries: Mapping[int, Entry]) -> int | None:
    """The first child of `parent` in `entries`, None when it has none."""
    return next((pid for pid, entry in entries.items() if entry.parent == parent), None)


def spawn(argv: Sequence[str], env: Mapping[str, str], log: Path) -> tuple[int, int]:
    """Start `argv` in a session of its own, output to `log`; returns its pid and the write end of its stdin."""
    reader, writer = os.pipe()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        actions = [
            (os.POSIX_SPAWN_DUP2, reader, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ]
        pid = os.posix_spawnp(
            argv[0], list(argv), dict(env), file_actions=actions, setsid=True, setsigmask=[], setsigdef=[signal.SIGINT]
        )
    except BaseException:
        os.close(writer)
        raise
    finally:
        os.close(reader)
        os.close(output)
    return pid, writer
