"""One writer per stack: our own lock, and the engine's leftovers removed only when their holder is proven dead.

The engine's file backend writes a lock file with the holder's pid, host and start of the update, and never expires it;
`pulumi cancel` would delete it without asking whether the holder lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from inventory.errors import EnvironmentFailed

PAUSE = 0.2
_FRACTION = re.compile(r"\.\d+")
_HOLDER = re.compile(r"created by \S+@(\S+) \(pid (\d+)\) at (\S+)")


@contextlib.contextmanager
def own_lock(folder: Path, place: str) -> Iterator[None]:
    """Hold the stack's work folder for this process; EnvironmentFailed when another one of ours has it."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFailed(place, "another run works on this stack", "wait until it has ended") from None
        yield
    finally:
        os.close(handle)


def remove_dead(state: Path, stack: str, patience: float = 0.0) -> tuple[str, ...]:
    """Remove the lock files of a stack whose holders are dead; returns what was removed, in words.

    A live holder gets `patience` seconds to end: an engine whose command was killed notices it and stops by itself.
    EnvironmentFailed when a holder lives on, or when nothing proves that it does not (another host, unreadable).
    """
    removed = []
    deadline = time.monotonic() + patience
    for path in sorted((state / ".pulumi" / "locks").glob(f"**/{stack}/*.json")):
        while (alive := holder(path)) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        if alive:
            raise EnvironmentFailed(f"stack {stack}", f"locked by {alive}", f"wait, or look into {path}")
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.attrs").unlink(missing_ok=True)
        removed.append(f"the lock of an update that was killed ({path.name})")
    return tuple(removed)


def holder(path: Path) -> str:
    """Who holds a lock file, in words; empty when that process is certainly gone."""
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        pid, host, since = int(lock["pid"]), str(lock["hostname"]), _instant(str(lock["timestamp"]))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError):
        return "somebody who cannot be told"
    return _alive(pid, host, since)


def refused_by_dead(text: str) -> bool:
    """Whether every lock that the engine names in its refusal was left by a process of this machine that is gone.

    For backends whose lock files cannot be read here; the engine prints who made each one.
    """
    told = _HOLDER.findall(text)
    try:
        return bool(told) and not any(_alive(int(pid), host, _instant(since)) for host, pid, since in told)
    except ValueError:
        return False


def _alive(pid: int, host: str, since: float) -> str:
    if host != socket.gethostname():
        return f"process {pid} on {host}"
    started = start_of(pid)
    if started is None:
        return ""
    # A younger process has only inherited the number; two seconds are the precision of the boot time.
    return "" if started > since + 2 else f"process {pid}"


def start_of(pid: int) -> float | None:
    """When a process of this machine started (seconds since 1970); None when there is no such process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None
    return int(boot.split()[1]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _instant(text: str) -> float:
    return datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00")).timestamp()
