"""How a check is declared: `@check(...)` on a class with `ask` and `judge`; one module per check."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ipv6.verify.model import Answers, Probe, Verdict
from ipv6.verify.subjects import SiteSubject, Subject


class Logic(Protocol):
    """`ask` says what to measure, `judge` turns the answers into a verdict; both pure."""

    @staticmethod
    def ask(subject: Any) -> tuple[Probe, ...]: ...

    @staticmethod
    def judge(subject: Any, answers: Answers) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Check:
    """A check as the registry knows it.

    `needs` are the vantage points it cannot do without, `layer` is where a red one is looked for (name, network,
    transport, http, zone, ipv4), `owner` who makes it green (network, dns, platform, site). `about` is the kind of
    subject; `after` is `address` when the check already holds before AAAA is published, else `name`.
    """

    id: str
    needs: tuple[str, ...]
    layer: str
    owner: str
    about: type
    after: str
    logic: type[Logic]

    def applies(self, subject: Subject) -> bool:
        """Whether the check says anything about this subject."""
        return isinstance(subject, self.about)

    def ask(self, subject: Subject) -> tuple[Probe, ...]:
        """The probes it needs answered."""
        return self.logic.ask(subject)

    def judge(self, subject: Subject, answers: Answers) -> Verdict:
        """Its verdict; only looks at the answers to its own probes."""
        return self.logic.judge(subject, answers)


def check(
    id: str, *, needs: tuple[str, ...], layer: str, owner: str, about: type = SiteSubject, after: str = "name"
) -> Callable[[type[Logic]], Check]:
    """Turn a class with static `ask` and `judge` into a `Check`; nothing is registered anywhere."""

    def make(logic: type[Logic]) -> Check:
        return Check(id, needs, layer, owner, about, after, logic)

    return make


def discover() -> tuple[Check, ...]:
    """Every check of `ipv6.verify.checks`, ordered by id; raises ValueError when two share an id."""
    package = importlib.import_module("ipv6.verify.checks")
    found: dict[str, Check] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        for value in vars(importlib.import_module(f"ipv6.verify.checks.{module.name}")).values():
            if isinstance(value, Check) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"two checks are called {value.id}")
    return tuple(found[key] for key in sorted(found))
