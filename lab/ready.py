"""Wait until a lab has converged: commands on hosts, polled until each one's output matches."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import EnvironmentFailed

from .access import enter_argv
from .errors import failed
from .state import LabState, read_state

_PARALLEL = 4
_PAUSE = 0.3


@dataclass(frozen=True, slots=True)
class ReadyCheck:
    """`argv` on `host` (inside `netns` if given) must print text that `expect` (a regular expression) finds.

    `timeout` is in seconds, `what` is the sentence for progress and errors ("pe-430100 has all its neighbours").
    """

    host: str
    argv: tuple[str, ...]
    expect: str
    what: str
    timeout: float = 30.0
    netns: str | None = None


def wait(
    state_dir: Path,
    checks: Sequence[ReadyCheck],
    progress: Callable[[str, int, int], None] = lambda text, done, total: None,
) -> None:
    """Poll all checks, a few at a time, until each has matched once; EnvironmentFailed with all that did not."""
    started = time.monotonic()
    state = read_state(state_dir)
    open_checks = list(checks)
    last: dict[ReadyCheck, str] = {}
    with ThreadPoolExecutor(_PARALLEL) as pool:
        while open_checks:
            outputs = pool.map(lambda check: _ask(state_dir, check, state), open_checks)
            last = dict(zip(open_checks, outputs, strict=True))
            open_checks = [check for check, text in last.items() if not re.search(check.expect, text)]
            late = [check for check in open_checks if time.monotonic() - started > check.timeout]
            if late:
                raise failed([_late(check, last[check]) for check in late])
            text = open_checks[0].what if open_checks else "converged"
            progress(text, len(checks) - len(open_checks), len(checks))
            if open_checks:
                time.sleep(_PAUSE)


def _ask(state_dir: Path, check: ReadyCheck, state: LabState) -> str:
    argv = enter_argv(state_dir, check.host, check.argv, check.netns, state)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout + done.stderr


def _late(check: ReadyCheck, text: str) -> EnvironmentFailed:
    said = " / ".join(line.strip() for line in text.splitlines() if line.strip())[-300:] or "nothing"
    cause = f"not so after {check.timeout:g} s: {check.what} ({' '.join(check.argv)} said: {said})"
    return EnvironmentFailed(f"lab: {check.host}", cause, "look at that host with: jiyue lab exec")
