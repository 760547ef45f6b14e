"""How a check is declared: `@check(...)` on a class with `ask` and `judge`; one module per check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from inventory.discover import instances
from ipv6.verify.model import Answers, Probe, Verdict
from ipv6.verify.subjects import SiteSubject, Subject

Depth: TypeAlias = Literal["quick", "full"]
"""How much is measured: `full` adds what takes longer (links, delays, path MTU)."""


class Logic(Protocol):
    """`ask` says what to measure, `judge` turns the answers into a verdict; both pure.

    A logic may also have `follow(subject, answers)`, the probes that the answers so far lead to (a page's links);
    `values(subject, answers)`, numbers that indicators compare; and `covers(subject)`, False where the data say that
    the check has nothing to ask.
    """

    @staticmethod
    def ask(subject: Any) -> tuple[Probe, ...]: ...

    @staticmethod
    def judge(subject: Any, answers: Answers) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Check:
    """A check as the registry knows it.

    `passes` says in one sentence for people when it passes. `needs` are the vantage points it cannot do without,
    `layer` is where a red one is looked for (name, network, transport, http, zone, ipv4), `owner` who makes it green
    (network, dns, platform, site). `about` is the kind of subject; `after` is `address` when the check already holds
    before AAAA is published, `name` when it needs the name, `never` when no apply waits for it.
    """

    id: str
    passes: str
    needs: tuple[str, ...]
    layer: str
    owner: str
    about: type
    after: str
    depth: Depth
    logic: type[Logic]

    def applies(self, subject: Subject) -> bool:
        """Whether the check says anything about this subject."""
        covers: Callable[[Subject], bool] = getattr(self.logic, "covers", _always)
        return isinstance(subject, self.about) and covers(subject)

    def ask(self, subject: Subject) -> tuple[Probe, ...]:
        """The probes it needs answered first."""
        return self.logic.ask(subject)

    def follow(self, subject: Subject, answers: Answers) -> tuple[Probe, ...]:
        """The probes that the answers so far lead to, known ones included."""
        follow: Callable[[Subject, Answers], tuple[Probe, ...]] = getattr(self.logic, "follow", _nothing)
        return follow(subject, answers)

    def judge(self, subject: Subject, answers: Answers) -> Verdict:
        """Its verdict; only looks at the answers to its own probes."""
        return self.logic.judge(subject, answers)

    def values(self, subject: Subject, answers: Answers) -> Mapping[str, float]:
        """The numbers it measured, by the names that indicators use; what was not measured is missing."""
        values: Callable[[Subject, Answers], Mapping[str, float]] = getattr(self.logic, "values", _no_values)
        return values(subject, answers)


def _always(subject: Subject) -> bool:
    return True


def _nothing(subject: Subject, answers: Answers) -> tuple[Probe, ...]:
    return ()


def _no_values(subject: Subject, answers: Answers) -> Mapping[str, float]:
    return {}


def check(
    id: str,
    *,
    passes: str,
    needs: tuple[str, ...],
    layer: str,
    owner: str,
    about: type = SiteSubject,
    after: str = "name",
    depth: Depth = "quick",
) -> Callable[[type[Logic]], Check]:
    """Turn a class with static `ask` and `judge` into a `Check`; nothing is registered anywhere."""

    def make(logic: type[Logic]) -> Check:
        return Check(id, passes, needs, layer, owner, about, after, depth, logic)

    return make


def discover(depth: Depth = "full") -> tuple[Check, ...]:
    """Every check of `ipv6.verify.checks` up to that depth, by id; raises ValueError when two share an id."""
    found = instances("ipv6.verify.checks", Check)
    return tuple(one for one in found if depth == "full" or one.depth == "quick")
