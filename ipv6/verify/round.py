"""One round: which probes the checks need, what the answers lead to, and the verdicts in the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ipv6.verify.check import Check
from ipv6.verify.model import Answers, CheckResult, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import Subject

STEPS = 4
"""How often answers may lead to further probes: home page, its style sheets and links, their links, theirs."""

Item: TypeAlias = tuple[Check, Subject]


def items(checks: Sequence[Check], subjects: Iterable[Subject]) -> tuple[Item, ...]:
    """Every check with every subject that it says something about."""
    return tuple((check, subject) for subject in subjects for check in checks if check.applies(subject))


def questions(checks: Sequence[Check], subjects: Iterable[Subject]) -> tuple[Probe, ...]:
    """Every first probe once, in the order of the subjects."""
    return first(items(checks, subjects))


def first(asked: Iterable[Item]) -> tuple[Probe, ...]:
    """The probes that need no answer before them, each once."""
    return tuple(dict.fromkeys(probe for check, subject in asked for probe in check.ask(subject)))


def following(asked: Iterable[Item], answers: Answers) -> tuple[Probe, ...]:
    """The probes that the answers lead to and that have none yet, each once."""
    found = dict.fromkeys(probe for check, subject in asked for probe in check.follow(subject, answers))
    return tuple(probe for probe in found if probe not in answers)


def conclude(asked: Iterable[Item], answers: Answers) -> tuple[CheckResult, ...]:
    """One result per item."""
    return tuple(_one(check, subject, answers) for check, subject in asked)


def _one(check: Check, subject: Subject, answers: Answers) -> CheckResult:
    probes = (*check.ask(subject), *check.follow(subject, answers))
    evidence = dict.fromkeys(answers[probe].evidence for probe in probes if probe in answers)
    verdict: Verdict = check.judge(subject, answers)
    if not probes and isinstance(verdict, Pass):
        verdict = Unknown("the check asked nothing here")
    kept = tuple(one for one in evidence if one)
    values = dict(check.values(subject, answers)) if not isinstance(verdict, Unknown) else {}
    return CheckResult(
        check.id, subject.platform, subject.name, check.layer, check.owner, verdict, kept, subject.kind, values
    )
