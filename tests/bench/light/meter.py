"""Runs one contestant and measures its whole process tree: wall time, processor time, largest resident memory.

    python -m tests.bench.light.meter RESULT COMMAND...

Everything the command leaves behind (OpenSSH's masters of shared connections) is adopted here, ended and counted in.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SUBREAPER = 36
_PERIOD = 0.2
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and of processor time (controller's side), MiB of resident memory at its largest."""

    wall: float
    cpu: float
    rss: float


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    found: list[int] = []
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


class _Memory(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.largest = 0

    def run(self) -> None:
        while not self.done.wait(_PERIOD):
            self.largest = max(self.largest, sum(_resident(pid) for pid in descendants(os.getpid())))


def main() -> int:
    """Measure, write the result, end as the command did."""
    result, *argv = sys.argv[1:]
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    memory = _Memory()
    memory.start()
    started = time.monotonic()
    code = subprocess.run(argv, check=False).returncode
    wall = time.monotonic() - started
    memory.done.set()
    memory.join()
    while left := descendants(os.getpid()):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.02)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "rss": memory.largest / 2**20}
    Path(result).write_text(json.dumps(cost), encoding="utf-8")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
