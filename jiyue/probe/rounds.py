"""Rounds of checks against the real vantages: once, or again until what has to settle has settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from inventory.model import Inventory
from ipv6.verify.build import site_subjects, zone_subjects
from ipv6.verify.check import Check, discover
from ipv6.verify.model import CheckResult, Pass
from ipv6.verify.round import questions, verdicts
from ipv6.verify.subjects import Subject
from jiyue.probe.runner import Runner

SCHEMA = "jiyue/verification/1"


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
        """Whether each site passed all its checks; platforms' zone rules are not sites."""
        ready: dict[str, bool] = {}
        for result in self.results:
            if result.layer != "zone":
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
) -> Verification:
    """Every check of the named platforms (all for None); what is red is measured again for `patience` seconds.

    Raises InputError for an unknown platform and NothingChecked when nothing applies.
    """
    sites = site_subjects(inv, claims, platforms, baselines)
    return settle(discover(), (*sites, *zone_subjects(inv, claims, platforms)), runner, patience)


def measure(checks: Sequence[Check], subjects: Sequence[Subject], runner: Runner) -> Verification:
    """One round."""
    answers = runner.run_all(questions(checks, subjects))
    return Verification(verdicts(checks, subjects, answers))


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
    end = clock() + patience
    seen = measure(checks, subjects, runner)
    kept = {(result.check, result.subject): result for result in seen.results}
    while not seen.ok and clock() < end:
        sleep(pause)
        kept |= _again(kept, checks, subjects, runner)
        seen = Verification(tuple(kept.values()))
    return seen


def _again(
    kept: Mapping[tuple[str, str], CheckResult], checks: Sequence[Check], subjects: Sequence[Subject], runner: Runner
) -> dict[tuple[str, str], CheckResult]:
    """What was not green, measured anew in one batch."""
    red = {key for key, result in kept.items() if not isinstance(result.verdict, Pass)}
    asked = [(check, subject) for subject in subjects for check in checks if (check.id, subject.name) in red]
    probes = dict.fromkeys(probe for check, subject in asked for probe in check.ask(subject))
    answers = runner.run_all(probes)
    results = (result for check, subject in asked for result in verdicts([check], [subject], answers))
    return {(result.check, result.subject): result for result in results}
