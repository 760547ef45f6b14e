"""What users are graded on, as data: sets of indicators, weights, thresholds and limits (`indicators.yaml`).

The texts of the national methods are not public, so each figure says where it comes from and how sure we are. Nothing
of it decides what is planned or pushed; it only decides what a measurement is worth.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from inventory.fields import Frozen, Title, Word
from inventory.types import Number

Confidence = Literal["text", "secondary", "recalled", "ours"]
"""`text`: read in the source itself; `secondary`: a report about it; `recalled`: to be checked; `ours`: our choice."""
Layer = Literal["delegation", "record", "route", "filter", "service", "page", "performance"]
AsOf = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", description="a year, month or day: 2024-03")]
Source = Annotated[str, Field(min_length=1, max_length=300, description="where the figure comes from")]


class Sourced(Frozen):
    """Where a figure comes from, when it was so, and how sure we are."""

    source: Source
    as_of: AsOf
    confidence: Confidence


class Standard(Sourced):
    """One set of indicators that somebody grades by; `pass_mark` is the score (0 to 100) that passes."""

    id: Word
    title: Title
    pass_mark: Number = Field(ge=0, le=100)


class Indicator(Sourced):
    """One line of a set.

    `sense` pass: full points when all `checks` pass. `at-least` and `at-most` compare the value named `measure` with
    `threshold`; with `scale` proportional a value that misses it still earns its share (value over threshold).
    `layer` is where a lost point is looked for first. A value below `floor` is not judged and earns full points.
    """

    id: Word
    title: Title
    standard: Word
    layer: Layer
    weight: Number = Field(gt=0, le=100)
    checks: tuple[Word, ...] = Field(min_length=1)
    sense: Literal["pass", "at-least", "at-most"] = "pass"
    measure: str = Field(default="", pattern=r"^[a-z0-9-]{0,40}$", description="small letters, digits and hyphens")
    threshold: Number | None = None
    unit: str = Field(default="", max_length=20)
    scale: Literal["whole", "proportional"] = "whole"


class LimitValue(Sourced):
    """One limit that a check compares with."""

    id: Word
    title: Title
    value: Number = Field(ge=0)
    unit: Literal["servers", "days", "percent", "bytes", "times", "ms", "share", "samples", "links", "runs"]


class Indicators(Frozen):
    """`indicators.yaml`."""

    standards: tuple[Standard, ...]
    indicators: tuple[Indicator, ...]
    limits: tuple[LimitValue, ...]

    @cached_property
    def values(self) -> dict[str, float]:
        """Limits by id, as the checks take them."""
        return {limit.id: float(limit.value) for limit in self.limits}

    def of(self, standard: str) -> tuple[Indicator, ...]:
        """The indicators of one set, in file order."""
        return tuple(one for one in self.indicators if one.standard == standard)


NONE = Indicators(standards=(), indicators=(), limits=())
"""Stands in where the file cannot be read: nothing can be scored."""
