"""Providers that outlived their engine: ended before a stack is worked on again, so that nobody else writes to it.

A provider notices the loss of its engine only after minutes. Until then it holds memory, and a request that it was
working on goes on. Every process of an engine carries the stack's working copy in its environment (`OWNER`).
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

OWNER = "JIYUE_STACK"
"""Environment variable of an engine and of what it starts: the folder of the working copy."""

ENGINE, PROVIDER = "pulumi", "pulumi-resource"
PAUSE = 0.05
PATIENCE = 5.0
"""Seconds that the kernel gets to end a process that was killed."""


def end_orphans(folder: Path, processes: Path = Path("/proc")) -> tuple[int, ...]:
    """Kill the providers of this working copy whose engine is gone; the numbers of those processes.

    The caller holds the stack's own lock: nobody else of ours is about to start one.
    """
    found = tuple(pid for pid in _numbers(processes) if _is_orphan(processes, pid, folder))
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + PATIENCE
    while any(_is_orphan(processes, pid, folder) for pid in found) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found


def _numbers(processes: Path) -> list[int]:
    return [int(one.name) for one in processes.iterdir() if one.name.isdecimal()]


def _is_orphan(processes: Path, pid: int, folder: Path) -> bool:
    """A provider with our mark that no engine is above; whatever cannot be read is not ours."""
    if not _name(processes, pid).startswith(PROVIDER):
        return False
    try:
        marks = (processes / str(pid) / "environ").read_bytes().split(b"\0")
        fields = (processes / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return (
        fields[0] not in "ZX" and f"{OWNER}={folder}".encode() in marks and _name(processes, int(fields[1])) != ENGINE
    )


def _name(processes: Path, pid: int) -> str:
    try:
        return (processes / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""
