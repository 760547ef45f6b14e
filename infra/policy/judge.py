"""The rules over one stack: findings with their clauses, waivers applied, expired ones refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from infra.policy.finding import Finding, Rule, Stack
from inventory.clauses import Clause, Waiver
from inventory.discover import instances
from inventory.errors import GateError

SHOWN = 4
WAIVERS = "inventory waivers.yaml"


@cache
def every_rule() -> tuple[Rule, ...]:
    """Every rule of the package, by id; a new rule is a new module, nothing to register."""
    return instances("infra.policy.rules", Rule)


def judge(
    stack: Stack,
    clauses: Mapping[str, Clause],
    waivers: Iterable[Waiver],
    today: date,
    chosen: Iterable[Rule] | None = None,
) -> tuple[Finding, ...]:
    """Every finding, in the order of the rules and of the objects; GateError for a waiver that is void."""
    valid = _valid(waivers, today)
    found = []
    for rule in every_rule() if chosen is None else chosen:
        clause = clauses.get(rule.clause)
        title = clause.title if clause else ""
        for place, cause in rule.check(stack):
            waived = next((one.reason for one in valid if one.rule == rule.id and place in one.objects), "")
            found.append(Finding(rule.id, rule.level, rule.clause, title, place, cause, rule.fix, waived))
    return tuple(found)


def refuse(findings: Sequence[Finding], place: str) -> None:
    """GateError when a mandatory rule is broken and not waived."""
    if stopping := [str(finding) for finding in findings if finding.stops]:
        more = f"; and {len(stopping) - SHOWN} more" if len(stopping) > SHOWN else ""
        cause = "breaks a policy rule: " + "; ".join(stopping[:SHOWN]) + more
        raise GateError(place, cause, "correct the stack, or have a waiver granted in waivers.yaml")


def _valid(waivers: Iterable[Waiver], today: date) -> tuple[Waiver, ...]:
    known = {rule.id for rule in every_rule()}
    given = tuple(waivers)
    for one in given:
        if one.rule not in known:
            cause = f"waiver of {one.rule}: no policy rule has this name"
            raise GateError(WAIVERS, cause, f"use one of {', '.join(sorted(known))}")
        if one.until < today:
            cause = f"waiver of {one.rule} for {', '.join(one.objects)} expired on {one.until}"
            raise GateError(WAIVERS, cause, "correct the objects and remove it, or have it granted anew")
    return given
