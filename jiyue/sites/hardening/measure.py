"""How a measure is declared, and a host's plan from all of them; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from inventory.discover import instances
from jiyue.sites.hardening.model import Change, Left, Look, Plan, Right, Step

Work: TypeAlias = Callable[[Look], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Measure:
    """`mends` are the findings that it can mend; `plan` gives what to do on a host, nothing when all is well."""

    id: str
    mends: frozenset[str]
    plan: Work


def measure(id: str, *mends: str) -> Callable[[Work], Measure]:
    """Turn a function into a measure; nothing is registered anywhere."""
    return lambda work: Measure(id, frozenset(mends), work)


@cache
def discover() -> tuple[Measure, ...]:
    """Every measure of `jiyue.sites.hardening.measures`, by id."""
    return instances("jiyue.sites.hardening.measures", Measure)


def plan(host: str, look: Look) -> Plan:
    """What is to be done on a host; the same look gives the same plan, and what it asks for gives an empty one."""
    steps = [step for one in discover() for step in one.plan(look)]
    waived = [Left(id, "somebody answers for it (assessment.yaml)") for id in sorted(look.leave)]
    return Plan(
        host,
        tuple(one for one in steps if isinstance(one, Change)),
        tuple(one for one in steps if isinstance(one, Right)),
        tuple(dict.fromkeys((*(one for one in steps if isinstance(one, Left)), *waived))),
        look.pending,
    )
