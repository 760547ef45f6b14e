"""A machine that knows nothing: a bare clone, an empty home, engines built from source, then the whole path."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.memory import PeakMemory
from tests.bench.record import Record
from tests.bench.suite import empty_home

ROOT = Path(__file__).resolve().parents[2]
GOAL = 2400.0
MEMORY = 6144.0


def measure() -> list[Record]:
    """Time `make demo` in a fresh clone with an empty home, and the peak of memory meanwhile (builds included)."""
    with tempfile.TemporaryDirectory(prefix="jiyue-cold-") as folder:
        base = Path(folder)
        clone, home, log = base / "clone", base / "home", base / "demo.log"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        env = empty_home(home)
        started = time.monotonic()
        with PeakMemory() as peak, log.open("w", encoding="utf-8") as stream:
            code = subprocess.run(
                ["make", "demo"], cwd=clone, env=env, stdout=stream, stderr=stream, check=False
            ).returncode
        seconds = time.monotonic() - started
        subprocess.run([clone / ".venv/bin/jiyue", "lab", "down"], cwd=clone, env=env, capture_output=True, check=False)
        # Go's module cache is read-only on purpose; the folder could not be removed otherwise.
        subprocess.run(["chmod", "-R", "u+w", str(home)], check=False)
        kept = ROOT / "var" / "cold-demo.log"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(log, kept)
        if code != 0:
            raise SystemExit(f"make demo ended {code}:\n{log.read_text(encoding='utf-8')[-3000:]}")
    work = "make demo in a bare clone with an empty home: set-up, engines built from source, the whole path"
    rows = (
        ("demo-cold", work, seconds, "s", GOAL),
        ("demo-cold-memory", "peak memory of it", peak.peak, "MiB", MEMORY),
    )
    records = []
    for identity, text, value, unit, goal in rows:
        seen = round(value, 1)
        met = seen < goal
        records.append(
            Record(
                identity, text, "none, a goal only", None, seen, unit, None, f"< {goal:g} {unit}", met, 1, (seen, seen)
            )
        )
    return records
