"""Two runs side by side: what got better, what got worse, what changed without being either; pure."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.errors import InputError
from jiyue.report import words
from jiyue.report.model import ChangeRow, SinceRow
from jiyue.report.runs import Run

NONE = ""
"""The word of what one of the two runs did not judge."""


@dataclass(frozen=True, slots=True)
class Change:
    """One verdict that is another one now; an empty `then` or `now` means that the run did not judge it."""

    subject: str
    what: str
    then: str
    now: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in both runs; None where a run has none."""

    name: str
    then: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """From run `old` to run `new`; `same` verdicts did not change."""

    old: str
    new: str
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    other: tuple[Change, ...]
    same: int
    figures: tuple[Figure, ...]

    def rows(self) -> SinceRow:
        """As the page shows it."""
        better, worse, other = (tuple(map(_row, found)) for found in (self.better, self.worse, self.other))
        return SinceRow(self.old, better, worse, other, self.same)


def compare(old: Run, new: Run) -> Comparison:
    """What changed from `old` to `new`; InputError when they are of two kinds.

    Worse: what was green and is not any more, what turns out to be red, and what is red where nothing was judged
    before. A red that is not measured any more is no improvement, so it is `other`.
    """
    if old.kind != new.kind:
        cause = f"one is of kind {old.kind}, the other of kind {new.kind}"
        raise InputError("report compare", cause, "compare two reports, or two acceptances")
    found: dict[str, list[Change]] = {"better": [], "worse": [], "other": []}
    same = 0
    for key in sorted(old.verdicts.keys() | new.verdicts.keys()):
        (then, before), (now, after) = old.verdicts.get(key, (NONE, "")), new.verdicts.get(key, (NONE, ""))
        if then == now:
            same += 1
        else:
            found[_way(then, now)].append(Change(*key, then, now, after or before))
    names = dict.fromkeys((*old.figures, *new.figures))
    figures = (Figure(name, old.figures.get(name), new.figures.get(name)) for name in names)
    return Comparison(
        old.at,
        new.at,
        tuple(found["better"]),
        tuple(found["worse"]),
        tuple(found["other"]),
        same,
        tuple(one for one in figures if one.then != one.now),
    )


def _way(then: str, now: str) -> str:
    if now == "fail" or (then == "pass" and now == "unknown"):
        return "worse"
    return "better" if now == "pass" and then != NONE else "other"


def _row(one: Change) -> ChangeRow:
    return ChangeRow(one.subject, one.what, one.then, one.now, words.reason(one.reason) if one.reason else words.EMPTY)
