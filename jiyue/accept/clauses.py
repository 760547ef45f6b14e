"""The clauses that are accepted against, as data, and which of them the acceptance suite says nothing about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import Field, model_validator

from inventory.fields import Frozen
from jiyue.accept.requirements import BY_ID

Kind = Literal["notice", "mlps", "indicator"]
GAP, PEOPLE = "gap", "people"


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
    def _known(self) -> Clause:
        unknown = [one for one in self.requirements if one not in BY_ID]
        if unknown:
            raise ValueError(f"{self.id}: no requirement is called {', '.join(unknown)}")
        if bool(self.people) != bool(self.people_en) or (self.people and self.requirements):
            raise ValueError(f"{self.id}: either requirements, or people in both languages, or neither")
        return self


class Clauses(Frozen):
    """`clauses.yaml`."""

    sources: Mapping[Kind, Source]
    clauses: tuple[Clause, ...]


@cache
def catalogue() -> Clauses:
    """The clauses in the order of the report; they are part of the program, so a fault in them is one of ours."""
    text = files("jiyue.accept").joinpath("clauses.yaml").read_text(encoding="utf-8")
    found = Clauses.model_validate(yaml.safe_load(text))
    ids = [clause.id for clause in found.clauses]
    if len(set(ids)) != len(ids):
        raise ValueError("two clauses have the same id")
    return found


def coverage(requirements: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each clause with the verdict of what speaks about it; `requirements` are those of an acceptance's data.

    `word` is pass, fail, unknown (not measured yet, or no test of the requirement ran), `people` or `gap`.
    """
    known = {str(one["id"]): one for one in requirements}
    found = []
    for clause in catalogue().clauses:
        mine = [known.get(id, {}) for id in clause.requirements]
        verdicts = {str(one.get("verdict", "unknown")) for one in mine}
        word = PEOPLE if clause.people else GAP
        if mine:
            word = "fail" if "fail" in verdicts else "pass" if verdicts == {"pass"} else "unknown"
        found.append(
            {
                "id": clause.id,
                "kind": clause.kind,
                "title": clause.title,
                "title_en": clause.title_en,
                "word": word,
                "requirements": list(clause.requirements),
                "tests": sum(int(one.get("tests", 0)) for one in mine),
                "why": clause.people,
                "why_en": clause.people_en,
            }
        )
    return found
