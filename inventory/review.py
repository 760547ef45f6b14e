"""Who decides on a change set: units, how many reviewers of which units, emergencies (`review.yaml`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from inventory.fields import Frozen, Title, Word
from inventory.types import Whole

Kind = Literal["shared", "province", "city"]
"""Whose change set it is: what all platforms share, the province's own platform, a city's."""


class Unit(Frozen):
    """A unit whose people sign; `operates` names platforms (or `shared`) that it runs."""

    id: Word
    title: Title
    operates: tuple[str, ...] = ()


class ReviewRule(Frozen):
    """How many different people of which units approve one kind of change set.

    `outside` of them belong to a unit that does not operate what is changed.
    """

    kind: Kind
    reviewers: Whole = Field(ge=1, le=9)
    units: tuple[Word, ...] = Field(min_length=1)
    outside: Whole = Field(default=0, ge=0, le=9)


class Emergency(Frozen):
    """An approval in a hurry: never fewer than two people, never longer than a day, reviewed afterwards."""

    reviewers: Whole = Field(ge=2, le=9)
    hours: Whole = Field(ge=1, le=24)
    units: tuple[Word, ...] = Field(min_length=1)
    after_days: Whole = Field(ge=1, le=30)


class LabKey(Frozen):
    """One of the lab's own keys, which it makes at first use."""

    key: Word
    role: Literal["engineer", "reviewer"]
    unit: Word


class Review(Frozen):
    """`review.yaml`; days are calendar days of 24 hours."""

    units: tuple[Unit, ...]
    rules: tuple[ReviewRule, ...]
    emergency: Emergency
    valid_days: Whole = Field(ge=1, le=365)
    keyring_days: Whole = Field(ge=1, le=800)
    lab: tuple[LabKey, ...] = ()
    source: str

    def operators(self, platform: str) -> frozenset[str]:
        """Units that operate a platform (or `shared`): its own operator, which has its name, and those that say so."""
        return frozenset({platform, *(unit.id for unit in self.units if platform in unit.operates)})

    def rule(self, kind: Kind) -> ReviewRule:
        """The rule of one kind; `inventory.rules.review_policy` proves that there is one."""
        return next(rule for rule in self.rules if rule.kind == kind)


NOBODY = Review(
    units=(),
    rules=tuple(ReviewRule(kind=kind, reviewers=9, units=("nobody",)) for kind in ("shared", "province", "city")),
    emergency=Emergency(reviewers=9, hours=1, units=("nobody",), after_days=1),
    valid_days=1,
    keyring_days=1,
    source="none",
)
"""Stands in where the file cannot be read: nobody may approve anything."""
