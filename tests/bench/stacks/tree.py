"""Memory of one process and everything below it, sampled while it runs."""

from __future__ import annotations

import threading
from pathlib import Path


def below(pid: int) -> list[int]:
    """The process and all that descend from it now (children of /proc/<pid>/task/*/children)."""
    found, open_ = [], [pid]
    while open_:
        one = open_.pop()
        found.append(one)
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                open_ += map(int, path.read_text().split())
            except OSError:
                continue
    return found


def resident_mib(pid: int) -> float:
    """Proportional set size in MiB: shared pages are counted once; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


class TreeMemory:
    """Samples inside a `with`; `peak` in MiB."""

    def __init__(self, pid: int, period: float = 0.5) -> None:
        self._pid, self._period = pid, period
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak = 0.0

    def _watch(self) -> None:
        while not self._stop.wait(self._period):
            self.peak = max(self.peak, sum(map(resident_mib, below(self._pid))))

    def __enter__(self) -> TreeMemory:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join()
