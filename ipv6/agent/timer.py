"""The dead man's switch: two sleeping processes in sessions of their own, each able to undo the change alone.

They outlive the SSH session and the controller. `sleep` counts elapsed time, not the wall clock; `expire` looks at
the monotonic deadline again. The second wakes later and finds the work done, unless the first was killed.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from ipv6.agent.host import Failed, spawn

PYTHON = "/usr/bin/python3"
WATCHER_LATER = 2.0
_SCRIPT = 'sleep "$1"; exec "$2" "$3" expire "$4"'


def arm(seconds: float, agent: str, digest: str, log: str) -> tuple[tuple[int, str], ...]:
    """Start both; gives (pid, start time) of each. Failed when one does not live."""
    pids = []
    for later in (0.0, WATCHER_LATER):
        argv = ["/bin/sh", "-c", _SCRIPT, "jiyue-timer", f"{seconds + later:.2f}", PYTHON, agent, digest]
        with open(log, "ab") as out, open(os.devnull, "rb") as nothing:
            pid = spawn(argv, nothing.fileno(), out.fileno(), out.fileno(), session=True)
        pids.append((pid, started(pid)))
    if not all(start for _, start in pids):
        disarm(tuple(pids))
        raise Failed("the rollback timer did not start")
    return tuple(pids)


def started(pid: int) -> str:
    """When a living process started (clock ticks since boot, as /proc has it); empty when it does not live."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            stat = file.read()
    except OSError:
        return ""
    words = stat.rpartition(")")[2].split()
    return "" if words[0] in ("Z", "X") else words[19]


def alive(timers: tuple[tuple[int, str], ...]) -> int:
    """How many of them still wait."""
    return sum(1 for pid, start in timers if start and started(pid) == start)


def disarm(timers: tuple[tuple[int, str], ...]) -> None:
    """End those that still wait, and nothing else: a reused process id has another start time. Never ends itself."""
    for pid, start in timers:
        if start and pid != os.getpid() and started(pid) == start:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)
