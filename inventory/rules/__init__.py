"""Every rule of the inventory lives here, one module per rule; a new rule is a new file, nothing to register.

A rule is a function from the `View` to reasons; it never raises and never reads a file.
What does not belong here: how a file is read (`inventory.source`) and single-field forms (`inventory.model`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from inventory.discover import instances
from inventory.view import Ref, View


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule does not hold: the place, the cause and the fix; a note is told but stops nothing.

    `{also}` in the cause stands for the second place, `also`, which only the source can turn into file and line.
    """

    at: Ref
    cause: str
    fix: str
    severity: Literal["error", "note"] = "error"
    also: Ref | None = None


Check = Callable[[View], Iterable[Reason]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check; `partial` says its findings stay true when more files are added, so it may run on a part."""

    id: str
    check: Check
    partial: bool = False


def rule(id: str, *, partial: bool = False) -> Callable[[Check], Rule]:
    """Make a rule of a function; `id` is the module's name in kebab-case."""

    def wrap(check: Check) -> Rule:
        return Rule(id, check, partial)

    return wrap


def discover() -> tuple[Rule, ...]:
    """Every rule of this package, sorted by id; importing the package alone loads none."""
    return instances(__name__, Rule)


def judge(view: View, chosen: Iterable[Rule] | None = None, *, partial: bool = False) -> Iterator[Reason]:
    """The reasons of every rule (or the chosen ones); with `partial` only of those that may run on a part."""
    for each in discover() if chosen is None else chosen:
        if each.partial or not partial:
            yield from each.check(view)
