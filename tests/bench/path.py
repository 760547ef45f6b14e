"""The whole path, timed: a first `demo` on cached engines, then the second one that must change nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.memory import PeakMemory
from tests.bench.record import Record, median_and_spread

ROOT = Path(__file__).resolve().parents[2]
JIYUE = Path(sys.executable).with_name("jiyue")


def _run(*words: str) -> float:
    started = time.monotonic()
    result = subprocess.run([JIYUE, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SystemExit(f"jiyue {' '.join(words)} ended {result.returncode}: {result.stderr[-2000:]}")
    return time.monotonic() - started


def _accepted() -> int:
    text = subprocess.run([JIYUE, "status", "--json"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sum(1 for platform in json.loads(text)["platforms"] if platform["stage"] == "accepted")


def measure(rounds: int) -> list[Record]:
    """Time `rounds` whole demos from an empty `var`, each followed by a second run on the same work."""
    first, second, memory = [], [], []
    for _ in range(rounds):
        _run("lab", "down", "--purge")
        with PeakMemory() as peak:
            first.append(_run("demo"))
        memory.append(peak.peak)
        if _accepted() != 15:
            raise SystemExit("the demo did not end with 15 accepted platforms: the figure would not count")
        second.append(_run("demo"))
    rows = (
        ("demo-warm", "15 platforms from nothing to accepted, engines cached", first, "s", 480.0),
        ("demo-again", "second demo on a finished province, nothing changes", second, "s", 240.0),
        ("demo-memory", "peak memory of the first demo, hosts and control plane included", memory, "MiB", 6144.0),
    )
    records = []
    for identity, work, values, unit, goal in rows:
        median, spread = median_and_spread(values)
        records.append(
            Record(identity, work, "none, a goal only", None, median, unit, None, f"< {goal:g} {unit}", median < goal,
                   rounds, spread)
        )  # fmt: skip
    return records
