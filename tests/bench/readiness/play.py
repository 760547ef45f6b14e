"""Cases: inject, measure with the real checks from the real vantage points, ask the doctor, repair."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ipv6.verify.build import site_subjects
from ipv6.verify.model import Pass
from ipv6.verify.score.doctor import diagnose
from ipv6.verify.score.model import Cause
from jiyue.probe.rounds import Verification
from lab.faults import act
from tests.bench.readiness.cases import Case
from tests.bench.readiness.small import Small

TAKES_HOLD = {"wrong-record": 2.0, "lame-server": 2.0, "half-listener": 1.0, "wrong-routing": 6.0}
"""Seconds until a fault can be seen: caches run out, a dead neighbour is noticed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`wrong` says what was missed or blamed wrongly, empty when all is right; `causes` as a person reads them."""

    case: Case
    causes: tuple[str, ...]
    wrong: str
    seconds: float


def play(lab: Small, case: Case, patience: float = 0.0) -> Outcome:
    """One case alone on the running lab, which is whole again afterwards."""
    return together(lab, [case], patience)[0]


def together(lab: Small, wanted: Sequence[Case], patience: float = 0.0) -> list[Outcome]:
    """Cases that do not touch each other, at the same time; `patience` is that of the measurement, in seconds."""
    identities = [act.inject(lab.folder, case.fault).id for case in wanted]
    try:
        time.sleep(max(TAKES_HOLD.get(case.fault.partition("@")[0], 0.0) for case in wanted))
        started = time.monotonic()
        seen = lab.verify(patience)
        took = time.monotonic() - started
    finally:
        act.clear(lab.folder, identities)
    outcomes = judge(lab, wanted, seen, took)
    lab.recovered()
    return outcomes


def judge(lab: Small, wanted: Sequence[Case], seen: Verification, seconds: float) -> list[Outcome]:
    """Each case held against the doctor's causes; a cause that none of them expects is wrong for all."""
    found = diagnose(lab.inv.indicators, seen.results, site_subjects(lab.inv, lab.claims)).causes
    told = tuple(f"{one.subject} {one.check}: {one.layer}/{one.owner}: {one.reasons[0][:160]}" for one in found)
    other = [text for text, one in zip(told, found, strict=True) if not any(_right(case, one) for case in wanted)]
    outcomes = []
    for case in wanted:
        wrong = f"blamed as well: {'; '.join(other)}" if other else ""
        if not any(_right(case, one) for one in found):
            wrong = f"{case.layer}/{case.owner} was not blamed" if found else "nothing was found"
        outcomes.append(Outcome(case, told, wrong, seconds))
    return outcomes


def _right(case: Case, cause: Cause) -> bool:
    return (cause.layer, cause.owner) == (case.layer, case.owner) and cause.subject in case.subjects


def clean(lab: Small) -> tuple[str, ...]:
    """What is not green although nothing is wrong."""
    seen = lab.verify()
    return tuple(f"{one.subject} {one.check} {one.verdict.word}: {one.reasons[0][:200]}" for one in seen.results
                 if not isinstance(one.verdict, Pass))  # fmt: skip
