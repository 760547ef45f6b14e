"""Rounds of checks against the real vantages: once, or again until what has to settle has settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from inventory.errors import NothingChecked
from inventory.model import Inventory
from ipv6.verify.build import site_subjects, zone_subjects
from ipv6.verify.build_extranet import extranet_subjects
from ipv6.verify.check import Check, Depth, discover
from ipv6.verify.model import Answer, Answers, CheckResult, Pass, Probe
from ipv6.verify.round import STEPS, Item, conclude, first, following, items
from ipv6.verify.subjects import Subject
from jiyue.probe.runner import Runner

SCHEMA = "jiyue/verification/1"
SLICE = 500
"""Subjects that are measured and judged together; their pages are what memory holds."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Every result of one round, in the order of subjects and checks."""

    results: tuple[CheckResult, ...]

    @property
    def ok(self) -> bool:
        """Every check passed; Unknown is not green."""
        return all(isinstance(result.verdict, Pass) for result in self.results)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not green: each reason with its check, once."""
        found = (f"{result.check}: {reason}" for result in self.results for reason in result.reasons)
        return tuple(dict.fromkeys(found))

    def of(self, platform: str) -> Verification:
        """The part of one platform."""
        return Verification(tuple(result for result in self.results if result.platform == platform))

    def sites(self) -> dict[str, bool]:
        """Whether each site passed all its checks; a platform's zone rules and devices are no sites."""
        ready: dict[str, bool] = {}
        for result in self.results:
            if result.about == "site":
                ready[result.subject] = ready.get(result.subject, True) and isinstance(result.verdict, Pass)
        return ready

    def data(self) -> dict[str, object]:
        """JSON-able form with a versioned schema, as stored under `results("verify")`."""
        return {
            "schema": SCHEMA,
            "ok": self.ok,
            "checked": len(self.results),
            "reasons": list(self.reasons),
            "sites": self.sites(),
            "results": [result.data() for result in self.results],
        }


def verify(
    inv: Inventory,
    claims: Mapping[str, str],
    runner: Runner,
    platforms: Sequence[str] | None = None,
    baselines: Mapping[str, Mapping[str, str]] | None = None,
    patience: float = 0.0,
    depth: Depth = "quick",
    more: Sequence[Subject] = (),
) -> Verification:
    """Every check of that depth for the named platforms (all for None) and for the subjects in `more`; what is red is
    measured again for `patience` seconds.

    Raises InputError for an unknown platform and NothingChecked when nothing applies.
    """
    subjects: tuple[Subject, ...] = (
        *site_subjects(inv, claims, platforms, baselines),
        *zone_subjects(inv, claims, platforms),
        *extranet_subjects(inv, claims, platforms),
        *more,
    )
    return settle(discover(depth), subjects, runner, patience)


def measure(checks: Sequence[Check], subjects: Sequence[Subject], runner: Runner) -> Verification:
    """One round, slice by slice, so that memory does not grow with the province; NothingChecked when none applies."""
    found = _concluded(items(checks, subjects), runner)
    if not found:
        raise NothingChecked("verify", "no check applies to anything", "name at least one platform that has sites")
    return Verification(found)


def _concluded(asked: Sequence[Item], runner: Runner) -> tuple[CheckResult, ...]:
    """One result per item. Two slices are under way: what one leaves of a host's time the other one uses, and while one
    is judged the other is measured."""
    parts, done = _slices(asked), 0
    every = sum(len(_subjects(part)) for part in parts)

    def one(part: Sequence[Item]) -> tuple[CheckResult, ...]:
        nonlocal done
        results = conclude(part, answered(part, runner))
        done += len(_subjects(part))
        if runner.progress and len(parts) > 1:
            runner.progress.judged(done, every)
        return results

    if len(parts) < 2:
        return tuple(result for part in parts for result in one(part))
    if runner.progress:
        runner.progress.judged(0, every)
    with ThreadPoolExecutor(2) as pool:
        try:
            return tuple(result for results in pool.map(one, parts) for result in results)
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, Exception):  # interrupted: what is under way must not be waited for
                runner.end()
            raise


def _slices(asked: Sequence[Item]) -> list[list[Item]]:
    """The items of SLICE subjects at a time."""
    parts: list[list[Item]] = []
    seen: set[tuple[str, str]] = set()
    for item in asked:
        key = (item[1].kind, item[1].name)
        if not parts or (key not in seen and len(seen) % SLICE == 0):
            parts.append([])
        seen.add(key)
        parts[-1].append(item)
    return parts


def _subjects(part: Sequence[Item]) -> set[tuple[str, str]]:
    return {(subject.kind, subject.name) for _, subject in part}


def answered(asked: Sequence[Item], runner: Runner) -> Answers:
    """Answers to everything the items ask, step by step: what one answer leads to is asked in the next."""
    probes, answers = first(asked), dict[Probe, Answer]()
    for _ in range(STEPS + 1):
        answers |= runner.run_all(probes)
        probes = following(asked, answers)
        if not probes:
            break
    return answers


class Turns:
    """How often what is red is measured again: for `patience` seconds, `pause` seconds apart, and with any patience at
    all once at least, however long the first round took."""

    def __init__(
        self,
        patience: float,
        pause: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pause, self._clock, self._sleep = pause, clock, sleep
        self._end, self._once = clock() + patience, patience > 0

    def another(self) -> bool:
        """Whether there is another turn; it begins when this returns."""
        if not self._once and self._clock() >= self._end:
            return False
        self._once = False
        self._sleep(self._pause)
        return True


def settle(
    checks: Sequence[Check],
    subjects: Sequence[Subject],
    runner: Runner,
    patience: float,
    pause: float = 2.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Verification:
    """Rounds until green or until `patience` seconds are over: routes converge, zones transfer, caches run out.

    Only subjects and checks that were not green are measured again; what was green stays as measured.
    """
    turns = Turns(patience, pause, clock, sleep)
    seen = measure(checks, subjects, runner)
    kept = {(result.check, result.subject): result for result in seen.results}
    while not seen.ok and turns.another():
        red = {key for key, result in kept.items() if not isinstance(result.verdict, Pass)}
        again = [(check, subject) for check, subject in items(checks, subjects) if (check.id, subject.name) in red]
        kept |= {(result.check, result.subject): result for result in _concluded(again, runner)}
        seen = Verification(tuple(kept.values()))
    return seen
