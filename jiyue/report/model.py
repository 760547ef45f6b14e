"""What the report says, as plain values: the page lays them out, the JSON spells them, a run is cut from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiyue.report import words
from jiyue.report.words import STRICT, Text

Counts = tuple[int, int, int]
"""Passed, failed, not measured."""


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
class PlatformRow:
    """One platform; `steps` is how many of the nine stages it has reached."""

    __pydantic_config__ = STRICT

    name: str
    code: str
    title: str
    short: str
    word: str
    stage: Text
    steps: int
    stack: Text
    stack_word: str
    stack_counts: str
    ready: int
    total: int
    digest: str
    approved_by: str
    deferred: tuple[str, ...]
    accepted: Counts
    zones: tuple[Result, ...]
    sites: tuple[SiteRow, ...]
    causes: tuple[CauseRow, ...]
    reasons: tuple[Text, ...]

    @property
    def counts(self) -> Counts:
        """Sites green, red, not measured."""
        words = [site.word for site in self.sites]
        return words.count("pass"), words.count("fail"), words.count("unknown")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many sites got so far, and where those that did not are: red or not measured."""

    __pydantic_config__ = STRICT

    id: str
    title: Text
    sites: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test of the acceptance over all its places; `reasons` are (where, why) of what is not green."""

    __pydantic_config__ = STRICT

    name: str
    counts: Counts
    evidence: tuple[str, ...]
    answers: int
    reasons: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """One requirement of the acceptance with its verdict and its tests."""

    __pydantic_config__ = STRICT

    id: str
    clause: str
    title: Text
    word: str
    tests: int
    failed: int
    rows: tuple[TestRow, ...]


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause: `word` is pass, fail, unknown, `gap` (no test) or `people` (nothing a program can test)."""

    __pydantic_config__ = STRICT

    id: str
    kind: str
    title: Text
    word: str
    requirements: tuple[str, ...]
    tests: int
    why: Text


@dataclass(frozen=True, slots=True)
class RunRow:
    """The figures of one run, `at` UTC."""

    __pydantic_config__ = STRICT

    at: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What is different in one place between two runs."""

    __pydantic_config__ = STRICT

    subject: str
    what: str
    then: str
    now: str
    reason: Text


@dataclass(frozen=True, slots=True)
class SinceRow:
    """What got better, worse or otherwise since an earlier run."""

    __pydantic_config__ = STRICT

    old: str
    better: tuple[ChangeRow, ...]
    worse: tuple[ChangeRow, ...]
    other: tuple[ChangeRow, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the report says."""

    __pydantic_config__ = STRICT

    environment: str
    lab: bool
    calendar: str
    generated: str
    platforms: tuple[PlatformRow, ...]
    checks: Counts
    funnel: tuple[Step, ...]
    sets: tuple[SetRow, ...] = ()
    indicators: tuple[IndicatorRow, ...] = ()
    requirements: tuple[RequirementRow, ...] = ()
    clauses: tuple[ClauseRow, ...] = ()
    runs: tuple[RunRow, ...] = ()
    since: SinceRow | None = None

    @property
    def accepted(self) -> int:
        """How many platforms are accepted."""
        return sum(row.word == "pass" for row in self.platforms)

    @property
    def sites(self) -> tuple[int, int]:
        """Sites ready, sites in all."""
        return sum(row.ready for row in self.platforms), sum(row.total for row in self.platforms)

    @property
    def deferred(self) -> int:
        """Devices that the environment does not hold."""
        return sum(len(row.deferred) for row in self.platforms)
