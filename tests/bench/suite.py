"""`make test` in a bare clone, the engines already cached: what continuous integration runs."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.record import Record

ROOT = Path(__file__).resolve().parents[2]
GOAL = 1200.0


def record(seconds: float) -> Record:
    """The figure of one run."""
    seen = round(seconds, 1)
    work = "make test in a bare clone: set-up, lint, types, arrows, every test and the whole lab, engines cached"
    return Record(
        "test-warm", work, "none, a goal only", None, seen, "s", None, f"< {GOAL:g} s", seen < GOAL, 1, (seen, seen)
    )


def measure() -> list[Record]:
    """Clone, run, time; a red run gives no figure."""
    with tempfile.TemporaryDirectory(prefix="jiyue-tests-") as folder:
        clone, log = Path(folder) / "clone", Path(folder) / "test.log"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        started = time.monotonic()
        with log.open("w", encoding="utf-8") as stream:
            code = subprocess.run(["make", "test"], cwd=clone, stdout=stream, stderr=stream, check=False).returncode
        seconds = time.monotonic() - started
        if code != 0:
            raise SystemExit(f"make test ended {code}:\n{log.read_text(encoding='utf-8')[-3000:]}")
    return [record(seconds)]
