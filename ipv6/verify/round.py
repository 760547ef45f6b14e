"""One round: which probes the checks need, and the verdicts once they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.errors import NothingChecked
from ipv6.verify.check import Check
from ipv6.verify.model import Answers, CheckResult, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import Subject


def questions(checks: Sequence[Check], subjects: Iterable[Subject]) -> tuple[Probe, ...]:
    """Every probe once, in the order of the subjects."""
    asked: dict[Probe, None] = {}
    for subject in subjects:
        for check in checks:
            if check.applies(subject):
                asked.update(dict.fromkeys(check.ask(subject)))
    return tuple(asked)


def verdicts(checks: Sequence[Check], subjects: Iterable[Subject], answers: Answers) -> tuple[CheckResult, ...]:
    """One result per check and subject; raises NothingChecked when there is none."""
    results = tuple(_one(check, subject, answers) for subject in subjects for check in checks if check.applies(subject))
    if not results:
        raise NothingChecked("verify", "no check applies to anything", "name at least one platform that has sites")
    return results


def _one(check: Check, subject: Subject, answers: Answers) -> CheckResult:
    probes = check.ask(subject)
    evidence = dict.fromkeys(answers[probe].evidence for probe in probes if probe in answers)
    verdict: Verdict = check.judge(subject, answers)
    if not probes and isinstance(verdict, Pass):
        verdict = Unknown("the check asked nothing here")
    return CheckResult(
        check.id, subject.platform, subject.name, check.layer, check.owner, verdict, tuple(e for e in evidence if e)
    )
