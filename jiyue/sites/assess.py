"""The safety assessment of sites: everything asked at once, step by step, and judged site by site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from inventory.errors import NothingChecked
from inventory.waivers import NO_WAIVERS, Waivers
from ipv6.verify.model import Answer, Answers, Probe
from jiyue.probe.runner import Runner
from jiyue.sites.catalogue import finding
from jiyue.sites.check import Check, Depth, discover
from jiyue.sites.model import SEVERITIES, Assessment, Target
from jiyue.sites.waive import waive

VALID = timedelta(days=90)
STEPS = 2
"""Rounds of questions after the first: what an answer leads to is asked in the next."""
SLICE = 250
"""Sites that are measured and judged together; their pages are what memory holds."""
SHARED = frozenset({"baseline", "scan"})
"""Kinds of answers that hold for every site of a host; they are kept from slice to slice."""


def assess(
    targets: Sequence[Target],
    runner: Runner,
    depth: Depth = "quick",
    waivers: Waivers = NO_WAIVERS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    judged: Callable[[int, int], None] = lambda done, of: None,
    only: frozenset[str] = frozenset(),
) -> list[Assessment]:
    """One record per target, in their order, valid for 90 days; `judged` is told how many are done.

    A host is asked once, whatever it serves. NothingChecked when there is no target. With `only` (ids of checks) it is
    a question about a part and no assessment that a gate may take.
    """
    if not targets:
        raise NothingChecked("site assess", "no site to assess", "name at least one site")
    checks = [one for one in discover(depth) if not only or one.id in only]
    hosts, found = dict[Probe, Answer](), list[Assessment]()
    for start in range(0, len(targets), SLICE):
        part = targets[start : start + SLICE]
        answers = _answered(checks, part, runner, hosts)
        hosts |= {probe: answer for probe, answer in answers.items() if probe.kind in SHARED and probe.vantage}
        now = clock()
        found += [conclude(checks, target, answers, depth, waivers, now) for target in part]
        judged(len(found), len(targets))
    return found


def conclude(
    checks: Iterable[Check], target: Target, answers: Answers, depth: Depth, waivers: Waivers, now: datetime
) -> Assessment:
    """What the answers say of one target; pure."""
    findings = [finding(seen) for check in checks for seen in check.judge(target, answers)]
    ranked = sorted(
        dict.fromkeys(waive(findings, target, waivers, now.date())),
        key=lambda one: (bool(one.waived), SEVERITIES.index(one.severity), one.id, one.evidence),
    )
    hosts = tuple(dict.fromkeys(host for host in (target.host, target.filter) if host))
    return Assessment(target.name, depth, tuple(ranked), _stamp(now), _stamp(now + VALID), hosts)


def _answered(
    checks: Sequence[Check], targets: Sequence[Target], runner: Runner, hosts: dict[Probe, Answer]
) -> dict[Probe, Answer]:
    """Answers to everything the checks ask of these targets; what is known of their hosts is not asked again."""
    answers = dict(hosts)
    fresh = dict.fromkeys(probe for target in targets for check in checks for probe in check.logic.ask(target))
    for _ in range(STEPS + 1):
        answers |= runner.run_all(probe for probe in fresh if probe not in answers)
        fresh = dict.fromkeys(probe for probe in _led_to(checks, targets, answers) if probe not in answers)
        if not fresh:
            break
    return answers


def _led_to(checks: Sequence[Check], targets: Sequence[Target], answers: Answers) -> Iterator[Probe]:
    for target in targets:
        for check in checks:
            yield from check.follow(target, answers)


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
