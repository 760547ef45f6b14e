"""What the report says of one site: checks, indicators, causes and cures."""

from __future__ import annotations

from dataclasses import dataclass

from jiyue.report import words
from jiyue.report.words import STRICT, Text


@dataclass(frozen=True, slots=True)
class Result:
    """One check: `word` is pass, fail or unknown; `owner` makes it green; `notes` are what was seen."""

    __pydantic_config__ = STRICT

    check: str
    word: str
    layer: str
    owner: str
    standing: str
    reasons: tuple[Text, ...]
    notes: tuple[Text, ...]
    evidence: tuple[str, ...]

    @property
    def name(self) -> Text:
        """What the check is called."""
        return words.check(self.check)

    @property
    def detail(self) -> str:
        """Reasons and notes in one line."""
        return "; ".join((*(one.en for one in self.reasons), *(one.en for one in self.notes)))


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator, once for all sites."""

    __pydantic_config__ = STRICT

    id: str
    title: Text
    standard: str
    weight: float
    threshold: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One indicator of one site; `checks` are those that keep it from being full."""

    __pydantic_config__ = STRICT

    id: str
    state: str
    earned: float
    value: float | None
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set of indicators: points of 100, how many of them were measured, and the points once all is cured."""

    __pydantic_config__ = STRICT

    id: str
    title: Text
    score: float
    measured: float
    pass_mark: float
    cured: float


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One set of one site; what it is called stands once in the page."""

    __pydantic_config__ = STRICT

    id: str
    score: float
    measured: float
    cured: float


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause with its cure; `edits` are (page, line, as written, what to write instead)."""

    __pydantic_config__ = STRICT

    subject: str
    platform: str
    check: str
    layer: str
    owner: str
    reasons: tuple[Text, ...]
    explains: tuple[str, ...]
    indicators: tuple[str, ...]
    points: float
    fix: Text
    commands: tuple[str, ...]
    targets: tuple[str, ...]
    edits: tuple[tuple[str, int, str, str], ...]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site with everything that was measured of it and the reason behind every red."""

    __pydantic_config__ = STRICT

    name: str
    title: str
    owner: str
    platform: str
    address4: str
    address6: str
    word: str
    assessed: str
    reasons: tuple[Text, ...]
    results: tuple[Result, ...]
    sets: tuple[ScoreRow, ...] = ()
    items: tuple[ItemRow, ...] = ()
    causes: tuple[CauseRow, ...] = ()

    @property
    def layers(self) -> tuple[str, ...]:
        """Where what is red is to be looked for."""
        red = [one.layer for one in self.causes] or [one.layer for one in self.results if one.word != "pass"]
        return tuple(dict.fromkeys(red))

    @property
    def owners(self) -> tuple[str, ...]:
        """Who has to act."""
        red = [one.owner for one in self.causes] or [one.owner for one in self.results if one.word != "pass"]
        return tuple(dict.fromkeys(red))


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One site of an old host on its way: `word` is pass once its platform serves it, fail with the reason when a move
    was stopped, else unknown; `owner` answers for it until then; `at` is when it was last touched, UTC."""

    __pydantic_config__ = STRICT

    name: str
    title: str
    owner: str
    platform: str
    host: str
    word: str
    state: Text
    at: str
    files: int
    reason: Text
