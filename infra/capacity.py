"""How many stacks may run side by side on this machine: by its cores, and by the memory that is left."""

from __future__ import annotations

import os
from pathlib import Path

STACK_MIB = 330
"""What one stack is given: a provider takes about 140 MiB, its engine and its share of the program the rest.

`make bench BENCH=stacks` reports the peak of the whole tree."""

RESERVE_MIB = 1024
"""What the machine keeps for everything else."""

GROUP = Path("/sys/fs/cgroup")


def side_by_side(available_mib: float, cores: int) -> int:
    """Stacks at once; at least one. An engine waits for the cluster a third of its time, so one more than cores."""
    fit = int((available_mib - RESERVE_MIB) // STACK_MIB)
    return max(1, min(cores + 1, fit))


def of_this_machine() -> int:
    """`side_by_side` with what is free now."""
    return side_by_side(available_mib(), len(os.sched_getaffinity(0)))


def available_mib(meminfo: Path = Path("/proc/meminfo"), group: Path = GROUP) -> float:
    """Memory that a new process can get, in MiB: of the machine, and of the control group when that has less."""
    rows = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines())
    free = int(rows["MemAvailable"].split()[0]) / 1024
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return free
    return free if not limit.isdecimal() else min(free, (int(limit) - used) / 1024**2)
