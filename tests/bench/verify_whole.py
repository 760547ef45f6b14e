"""The whole verification of 5,000 sites, links of both levels included: a light fixture, the real checks and prober."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import Any

from tests.bench.fixture import ROOT
from tests.bench.record import Record, median_and_spread

SITES = 5_000
SECONDS, MEMORY = 180.0, 1024.0
TIMED = frozenset({"delays", "dual-stack-race"})
"""Checks that measure time: on a machine that does other things too some may be red."""


def run(sites: int) -> dict[str, Any]:
    """What one run says; every check of every site must have passed, times aside."""
    with tempfile.TemporaryDirectory(prefix="jiyue-whole-") as folder:
        command = ["unshare", "--net", sys.executable, "-m", "tests.bench.whole.run", folder, str(sites)]
        done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    wrong = {check: count for check, count in said["red"].items() if check not in TIMED}
    slow = sum(said["red"].values())
    if said["sites"] != sites or wrong or slow > sites / 50:
        raise SystemExit(f"not everything is green, nothing is recorded: {said}")
    return said


def measure(rounds: int, sites: int = SITES) -> list[Record]:
    """Seconds from the first question to the written results, and memory of everything of ours."""
    seen = [run(sites) for _ in range(rounds)]
    work = f"jiyue verify --full of {sites} sites over both families, links of level 2 and 3, SSH, evidence and judges"
    records = []
    for identity, key, unit, goal in (
        ("verify-whole", "seconds", "s", SECONDS),
        ("verify-whole-memory", "mib", "MiB", MEMORY),
    ):
        value, spread = median_and_spread([one[key] for one in seen])
        words = work if key == "seconds" else f"largest memory of it: controller, SSH and probers, {sites} sites"
        records.append(
            Record(identity, words, "none, a goal only", None, value, unit, None, f"< {goal:g} {unit}", value < goal,
                   rounds, spread)
        )  # fmt: skip
    return records
