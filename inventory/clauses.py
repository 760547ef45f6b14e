"""The clauses that platforms are built and accepted against (`clauses.yaml`), and waivers of rules (`waivers.yaml`).

One source for both: the acceptance says which requirement speaks about a clause, a policy finding says which it hurts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from inventory.fields import Frozen, Title, Word
from inventory.types import Day

Kind = Literal["notice", "mlps", "indicator"]


class Source(Frozen):
    """Where the clauses of one kind were read."""

    text: str
    as_of: str
    confidence: Literal["text", "secondary", "recalled", "ours"]


class Clause(Frozen):
    """One clause; with neither `requirements` nor `people` (why no program can tell) it is a gap."""

    id: str = Field(min_length=1, max_length=80)
    kind: Kind
    title: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    requirements: tuple[str, ...] = ()
    people: str = ""
    people_en: str = ""

    @model_validator(mode="after")
    def _one_voice(self) -> Clause:
        if bool(self.people) != bool(self.people_en) or (self.people and self.requirements):
            raise ValueError(f"{self.id}: either requirements, or people in both languages, or neither")
        return self


class Clauses(Frozen):
    """`clauses.yaml`."""

    sources: Mapping[Kind, Source]
    clauses: tuple[Clause, ...]

    @cached_property
    def by_id(self) -> dict[str, Clause]:
        """Clauses by id."""
        return {clause.id: clause for clause in self.clauses}


class Waiver(Frozen):
    """One policy rule that does not hold for the named objects, for one reason, until one day (inclusive)."""

    rule: Word
    objects: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(min_length=1)
    reason: Title
    until: Day


class Waivers(Frozen):
    """`waivers.yaml`."""

    waivers: tuple[Waiver, ...] = ()


NO_CLAUSES = Clauses(sources={}, clauses=())
