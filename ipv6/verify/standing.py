"""What earlier runs make of a result: one bad run is a suspicion, n of m make a regression."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ipv6.verify.model import CheckResult, Fail, Pass

KEPT = 10
"""Runs that are remembered."""
PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"


def key(result: CheckResult) -> str:
    """How a result is known from run to run."""
    return f"{result.check} {result.subject}"


def standing(words: Sequence[str], need: int, runs: int) -> str:
    """What a result is, by its words from the newest to the oldest.

    `steady` (was and is green), `recovered`, `new` (red the first time it is measured), `failing` (never green as far
    as remembered), `suspect` (green before, red in fewer than `need` of the last `runs` runs), `regression`, and
    `unmeasured`. An unmeasured run says neither, so it is left out of the count.
    """
    now, before = words[0], [word for word in words[1:] if word != UNKNOWN]
    if now == UNKNOWN:
        return "unmeasured"
    if now == PASS:
        return "recovered" if before and before[0] == FAIL else "steady"
    if not before:
        return "new"
    if PASS not in before:
        return "failing"
    return "regression" if [now, *before][:runs].count(FAIL) >= need else "suspect"


def judged(
    results: Iterable[CheckResult], history: Sequence[Mapping[str, str]], need: int, runs: int
) -> tuple[CheckResult, ...]:
    """The results with their standing; `history` holds earlier runs (`remembered`), newest first."""
    return tuple(
        replace(one, standing=standing([word(one), *_earlier(key(one), history)], need, runs)) for one in results
    )


def remembered(results: Iterable[CheckResult], history: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The history with this run in front, no longer than `KEPT` runs."""
    run = {key(one): word(one) for one in results}
    return [run, *(dict(one) for one in history)][:KEPT]


def word(result: CheckResult) -> str:
    """The verdict in one word."""
    return PASS if isinstance(result.verdict, Pass) else FAIL if isinstance(result.verdict, Fail) else UNKNOWN


def history_of(value: Any) -> list[dict[str, str]]:
    """Stored runs as they can be used; what is no run is left out."""
    listed = value.get("runs", []) if isinstance(value, dict) else []
    runs = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [{str(name): str(said) for name, said in one.items()} for one in runs][:KEPT]


def _earlier(name: str, history: Sequence[Mapping[str, str]]) -> list[str]:
    return [one[name] for one in history if name in one]
