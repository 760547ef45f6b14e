"""Scores as values: items, sets, sites, and the causes behind what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["full", "part", "lost", "unmeasured"]
"""`unmeasured` (未检测) earns nothing, but is no lost point either."""


@dataclass(frozen=True, slots=True)
class Item:
    """One indicator of one site; `earned` of `weight` points, `checks` are those that are not green."""

    indicator: str
    title: str
    layer: str
    weight: float
    earned: float
    state: State
    value: float | None
    threshold: float | None
    unit: str
    checks: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetScore:
    """One set of indicators: `score` of 100, and how many of 100 points could be measured at all."""

    standard: str
    title: str
    score: float
    measured: float
    pass_mark: float
    items: tuple[Item, ...] = ()

    @property
    def passed(self) -> bool:
        """Everything was measured and the mark is reached."""
        return self.measured >= 100 and self.score >= self.pass_mark

    def data(self) -> dict[str, object]:
        """JSON-able form; full items are left out, their points are in the score."""
        shown = [
            {
                "indicator": one.indicator, "title": one.title, "layer": one.layer, "weight": one.weight,
                "earned": one.earned, "state": one.state, "value": one.value, "threshold": one.threshold,
                "unit": one.unit, "checks": list(one.checks), "reasons": list(one.reasons),
            }
            for one in self.items
            if one.state != "full"
        ]  # fmt: skip
        return {
            "standard": self.standard, "title": self.title, "score": self.score, "measured": self.measured,
            "pass_mark": self.pass_mark, "passed": self.passed, "missing": shown,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SiteScore:
    """All sets of one site."""

    site: str
    platform: str
    sets: tuple[SetScore, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What makes a cause go away. `commands` are run in order by people with the right to; `targets` name what the
    change touches, `edits` are lines of page templates as (page, line, as written, what to write instead)."""

    fix: str
    commands: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    edits: tuple[tuple[str, int, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong, the deepest that was found: who owns it, what proves it, what it explains.

    `layer` is delegation, record, route, filter, service, page or performance. `points` are what all sites lose by it
    (weighted points over all sets), `predicted` the sets of the site once it is gone.
    """

    subject: str
    platform: str
    check: str
    layer: str
    owner: str
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    explains: tuple[str, ...]
    draft: Draft
    indicators: tuple[str, ...] = ()
    points: float = 0.0
    predicted: tuple[SetScore, ...] = ()

    def data(self) -> dict[str, object]:
        """JSON-able form."""
        return {
            "subject": self.subject,
            "platform": self.platform,
            "check": self.check,
            "layer": self.layer,
            "owner": self.owner,
            "reasons": list(self.reasons),
            "evidence": list(self.evidence),
            "explains": list(self.explains),
            "indicators": list(self.indicators),
            "points": self.points,
            "draft": {
                "fix": self.draft.fix,
                "commands": list(self.draft.commands),
                "targets": list(self.draft.targets),
                "edits": [
                    {"page": page, "line": line, "from": old, "to": new} for page, line, old, new in self.draft.edits
                ],
            },
            "predicted": {one.standard: one.score for one in self.predicted},
        }
