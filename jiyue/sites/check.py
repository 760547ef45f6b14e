"""How a check of the assessment is declared: `@check(...)` on a class with `ask` and `judge`; one module per check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol, TypeAlias

from inventory.discover import instances
from ipv6.verify.model import Answer, Answers, Probe, Sample
from ipv6.verify.reading import text
from jiyue.sites.model import Seen, Target

Depth: TypeAlias = Literal["quick", "full"]
"""`full` adds packaged scanners and more pages."""


class Logic(Protocol):
    """`ask` says what to measure, `judge` what of it is a finding; both pure.

    A logic may also have `follow(target, answers)`: the probes that the answers so far lead to.
    """

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]: ...

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterable[Seen]: ...


@dataclass(frozen=True, slots=True)
class Check:
    """A check as the registry knows it; `finds` are the ids of the catalogue that it may report, the first one stands
    for what could not be measured."""

    id: str
    finds: tuple[str, ...]
    depth: Depth
    logic: type[Logic]

    def follow(self, target: Target, answers: Answers) -> tuple[Probe, ...]:
        """What the answers so far lead to, known probes included."""
        follow: Callable[[Target, Answers], tuple[Probe, ...]] = getattr(self.logic, "follow", _nothing)
        return follow(target, answers)

    def judge(self, target: Target, answers: Answers) -> tuple[Seen, ...]:
        """What it saw. What it stumbles over is what some host said: that is not measured, and not measured blocks."""
        try:
            return tuple(self.logic.judge(target, answers))
        except Exception as error:
            why = f"the answer cannot be read ({type(error).__name__})"
            return (Seen(self.finds[0], target.name, f"{target.name}: {why}", unknown=True),)


def _nothing(target: Target, answers: Answers) -> tuple[Probe, ...]:
    return ()


def check(id: str, *, finds: tuple[str, ...], depth: Depth = "quick") -> Callable[[type[Logic]], Check]:
    """Turn a class with static `ask` and `judge` into a `Check`; nothing is registered anywhere."""

    def make(logic: type[Logic]) -> Check:
        return Check(id, finds, depth, logic)

    return make


@cache
def discover(depth: Depth = "full") -> tuple[Check, ...]:
    """Every check of `jiyue.sites.checks` up to that depth, by id; ValueError when two share an id."""
    found = instances("jiyue.sites.checks", Check)
    return tuple(one for one in found if depth == "full" or one.depth == "quick")


class Host:
    """How a check asks for a reading of a host (a module of `jiyue/probe/agent/baseline`) and gets its data."""

    @staticmethod
    def ask(host: str, reading: str) -> tuple[Probe, ...]:
        """The probe; it is the same for all sites of a host, so it is asked once. None without a host."""
        return (Probe(host, "baseline", 4, name=reading, timeout=20.0),) if host else ()

    @staticmethod
    def read(id: str, target: Target, host: str, reading: str, answers: Answers) -> dict[str, object] | Seen:
        """The reading's data; what was not measured as a finding of that id."""
        if not host:
            return Seen(id, target.name, f"{target.name}: no host that could be asked is known", unknown=True)
        (probe,) = Host.ask(host, reading)
        sample = last(answers.get(probe))
        if isinstance(sample, str):
            return Seen(id, host, f"{host}: not measured: {sample}", unknown=True)
        value = sample.get("value")
        if text(sample, "state") != "ok" or not isinstance(value, dict):
            why = text(sample, "error")[:200] or "it said nothing of use"
            return Seen(id, host, f"{host}: not measured: {why}", unknown=True)
        return value


def last(answer: Answer | None) -> Sample | str:
    """The last sample; why there is none otherwise."""
    if answer is None or not answer.samples:
        return (answer.problem if answer else "") or "no answer"
    return answer.samples[-1]
