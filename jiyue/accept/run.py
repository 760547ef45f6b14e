"""Runs the acceptance suite in a process of its own and reads its record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, NothingChecked
from inventory.model import Inventory
from jiyue.accept.expect import expectations
from jiyue.accept.result import AcceptResult, conclude, read_cases

TIMEOUT = 900.0
NO_TESTS = 5
TRANSCRIPT, VERDICTS = "transcript.jsonl", "verdicts.json"


def run(
    inv: Inventory,
    root: Path,
    platforms: Sequence[str] | None = None,
    *,
    claims: Mapping[str, str],
    ssh_config: Path,
    ca: str = "",
    kubeconfig: Path | None = None,
    inventory: Path | None = None,
    output: Path | None = None,
    records: Mapping[str, Mapping[str, Any]] | None = None,
) -> AcceptResult:
    """Accept the named platforms (all for None) against what runs now.

    Writes `junit.xml`, `result.json`, `verdicts.json`, `transcript.jsonl` and `plan.json` below `output` (default
    var/<env>/accept), raw answers below var/<env>/evidence. Raises InputError for an unknown platform,
    EnvironmentFailed when the suite cannot run, and NothingChecked when no test did. `records` are what the store says
    of each platform: `digest` that runs, its `author` and `reviewers`, and the assessment of each site (`assessed`).
    """
    folder = output or root / "var" / inv.environment.name / "accept"
    evidence = folder.parent / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    plan = {
        **expectations(inv, claims, platforms),
        "inventory": str(inventory or root / "inventory" / inv.name),
        "ssh_config": str(ssh_config),
        "evidence": str(evidence),
        "context": inv.environment.context,
        "kubeconfig": str(kubeconfig) if kubeconfig else "",
        "ca": ca,
        "transcript": str(folder / TRANSCRIPT),
        "replay": False,
        "records": {name: dict(record) for name, record in (records or {}).items()},
    }
    return suite(root, folder, plan)


def suite(root: Path, folder: Path, plan: Mapping[str, Any]) -> AcceptResult:
    """Run the suite for this plan and conclude; writes into `folder`, raises as `run` does."""
    write_whole(folder / "plan.json", json.dumps(plan, ensure_ascii=False, indent=1))
    junit = folder / "junit.xml"
    junit.unlink(missing_ok=True)
    started = time.monotonic()
    code = _pytest(root, folder / "plan.json", junit, folder / "output.txt")
    deferred = {one["name"]: len(one["deferred"]) for one in plan["platforms"]}
    if not junit.is_file() or code not in (0, 1, NO_TESTS):
        tail = (folder / "output.txt").read_text(encoding="utf-8").strip().splitlines()[-1:]
        cause = f"pytest ended with {code}: {tail[0] if tail else 'no output'}"
        raise EnvironmentFailed("acceptance", cause, f"see {folder.name}/output.txt")
    cases = read_cases(junit.read_text(encoding="utf-8"))
    if not cases or code == NO_TESTS:
        raise NothingChecked("acceptance", "no test ran", "name at least one platform that this environment holds")
    result = conclude(cases, deferred, str(junit.relative_to(root)) if junit.is_relative_to(root) else str(junit),
                      round(time.monotonic() - started, 1))  # fmt: skip
    write_whole(folder / VERDICTS, result.verdicts())
    write_whole(folder / "result.json", json.dumps(result.data(), ensure_ascii=False, indent=1))
    return result


def _pytest(root: Path, plan: Path, junit: Path, log: Path) -> int:
    argv = [sys.executable, "-m", "pytest", "tests/acceptance", f"--accept-env={plan}", f"--junitxml={junit}"]
    argv += ["-o", "junit_family=xunit1", "-p", "no:cacheprovider", "-q", "--color=no", "--tb=line", "-rN"]
    # Options from outside could leave tests out, and what did not run must not count.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment = {**inherited, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                argv, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            cause = f"no result within {TIMEOUT:.0f} s"
            raise EnvironmentFailed("acceptance", cause, "see accept/output.txt") from error
    return done.returncode
