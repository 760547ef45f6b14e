"""What a machine finds in a proposal: the reviewer judges and does not count. One module per rule, found by itself.

A rule is a pure function from the `Case` to findings. A finding refuses nothing: that is for gates; it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, get_args

from inventory.discover import instances
from inventory.model import Inventory
from ipv6.change.clashes import Clash, clashes
from ipv6.change.model import ChangeSet, Claim
from ipv6.plan.usage import Row, usage

Severity = Literal["high", "medium", "low", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to judge: the rule, how bad it is, where, why, and the clause behind it (empty when there is none)."""

    id: str
    severity: Severity
    place: str
    cause: str
    clause: str = ""


@dataclass(frozen=True)
class Ledger:
    """The whole ledger in one province; what is reckoned over all of it is reckoned once for all proposals."""

    inventory: Inventory
    claims: Sequence[Claim]

    @cached_property
    def pools(self) -> tuple[Row, ...]:
        """How full every pool is."""
        return usage(self.inventory, self.claims)

    @cached_property
    def clashes(self) -> tuple[Clash, ...]:
        """Every pair of claims that overlap without being parent and child."""
        return clashes(self.claims)


@dataclass(frozen=True)
class Case:
    """What a rule looks at: the change set, and the ledger in its province."""

    change: ChangeSet
    ledger: Ledger

    @property
    def inventory(self) -> Inventory:
        """The province."""
        return self.ledger.inventory

    @cached_property
    def own(self) -> frozenset[str]:
        """Keys of the claims that belong to the change set."""
        return frozenset(claim.key for claim in self.change.claims)


Check = Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule; its clause stands on every finding of it."""

    id: str
    clause: str
    check: Check


def rule(id: str, clause: str = "") -> Callable[[Check], Rule]:
    """Make a rule of a function; `id` is the module's name in kebab-case."""

    def wrap(check: Check) -> Rule:
        return Rule(id, clause, check)

    return wrap


@cache
def discover() -> tuple[Rule, ...]:
    """Every rule of this package, sorted by id."""
    return instances(__name__, Rule)


def findings(change: ChangeSet, ledger: Ledger, chosen: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """Everything the rules (or the chosen ones) find in one change set, worst first, then by rule and place.

    `ledger` is the whole ledger as it is now; one for many change sets does its sums once.
    """
    case = Case(change, ledger)
    found = {
        Finding(each.id, one.severity, one.place, one.cause, one.clause or each.clause)
        for each in (discover() if chosen is None else chosen)
        for one in each.check(case)
    }
    return tuple(sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.id, one.place, one.cause)))
