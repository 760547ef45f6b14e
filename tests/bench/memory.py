"""Peak memory of everything a run starts, detached hosts and temporary file systems included."""

from __future__ import annotations

import threading
from pathlib import Path


def used_mib() -> float:
    """Memory in use on the machine, in MiB: MemTotal less MemAvailable (proc_meminfo(5))."""
    rows = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    total, available = (int(rows[key].split()[0]) for key in ("MemTotal", "MemAvailable"))
    return (total - available) / 1024


class PeakMemory:
    """Samples the machine twice a second inside a `with`; `peak` is the growth over the start in MiB."""

    def __init__(self, period: float = 0.5) -> None:
        self._period = period
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._start = used_mib()
        self.peak = 0.0

    def _watch(self) -> None:
        while not self._stop.wait(self._period):
            self.peak = max(self.peak, used_mib() - self._start)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join()
