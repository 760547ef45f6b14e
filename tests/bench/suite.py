"""`make test` in a bare clone: with the engines cached (what continuous integration runs), or with an empty home."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.record import Record

ROOT = Path(__file__).resolve().parents[2]
WARM, COLD = "test-warm", "test-cold"
GOALS = {WARM: 1200.0, COLD: 3600.0}
START = {WARM: "engines cached", COLD: "an empty home and engines built from source"}


def record(seconds: float, identity: str = WARM) -> Record:
    """The figure of one run."""
    seen, goal = round(seconds, 1), GOALS[identity]
    work = f"make test in a bare clone: set-up, lint, types, arrows, every test and the whole lab, {START[identity]}"
    return Record(
        identity, work, "none, a goal only", None, seen, "s", None, f"< {goal:g} s", seen < goal, 1, (seen, seen)
    )


def measure(identity: str = WARM) -> list[Record]:
    """Clone, run, time; a red run gives no figure, its log stays under var/."""
    with tempfile.TemporaryDirectory(prefix="jiyue-tests-") as folder:
        clone, home, log = Path(folder) / "clone", Path(folder) / "home", Path(folder) / "test.log"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        started = time.monotonic()
        with log.open("w", encoding="utf-8") as stream:
            code = subprocess.run(
                ["make", "test"],
                cwd=clone,
                env=empty_home(home) if identity == COLD else None,
                stdout=stream,
                stderr=stream,
                check=False,
            ).returncode
        seconds = time.monotonic() - started
        # Go's module cache is read-only on purpose; the folder could not be removed otherwise.
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        kept = ROOT / "var" / f"{identity}.log"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(log, kept)
        if code != 0:
            raise SystemExit(f"make test ended {code}:\n{kept.read_text(encoding='utf-8')[-3000:]}")
    return [record(seconds, identity)]


def empty_home(home: Path) -> dict[str, str]:
    """The environment of a user who has just got the machine: nothing cached, nothing of ours set."""
    home.mkdir()
    own = ("GO", "XDG_", "JIYUE_", "UV_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(own)}, "HOME": str(home)}
