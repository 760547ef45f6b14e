"""The set-up's data: the lock covers the project, holds hashes only, and names no host and no folder."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCK = (ROOT / "requirements.lock").read_text()


def normal(requirement: str) -> str:
    """The normalised name of a requirement (PEP 503)."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_lock_covers_every_dependency_and_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"], "uv", "editables"]
    for extra in project["project"].get("optional-dependencies", {}).values():
        wanted.extend(extra)
    locked = {normal(line) for line in LOCK.splitlines() if re.match(r"[a-z0-9]", line)}
    assert {normal(name) for name in wanted} - locked == set(), "run: make lock"


def test_every_entry_of_the_lock_is_exact_and_hashed() -> None:
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    entries = [entry for entry in entries if entry.strip()]
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "==" not in entry.split()[0]] == []
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_lock_names_no_host_and_no_folder() -> None:
    assert re.findall(r"https?://|--index|--find-links|(?<![\w.])/\w+/", LOCK) == []


@pytest.mark.parametrize("script", ["scripts/setup", "scripts/lock", ".ci/run"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_make_knows_the_promised_targets() -> None:
    for target in ("demo", "test", "lint", "bench", "clean", "setup", "engines", "lock"):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    planned = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert planned.splitlines()[-1].startswith(".venv/bin/pytest"), "pytest's own line closes the output"
