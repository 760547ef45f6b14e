"""What the report says, as plain values: the page lays them out, the JSON spells them, a run is cut from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiyue.report.model_site import CauseRow, IndicatorRow, MoveRow, Result, SetRow, SiteRow
from jiyue.report.words import STRICT, Text

Counts = tuple[int, int, int]
"""Passed, failed, not measured."""


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
    moves: tuple[MoveRow, ...] = ()
    running: tuple[str, ...] = ()
    """Platforms whose pods really run; every other one's are only marked ready."""
    edges: tuple[str, ...] = ()
    """Platforms whose visitors enter a stand-in for the cluster's edge, because no pod runs there."""

    @property
    def moved(self) -> int:
        """How many sites of old hosts their platforms serve."""
        return sum(row.word == "pass" for row in self.moves)

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
