"""The clauses that are accepted against, as data, and which of them the acceptance suite says nothing about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from inventory.clauses import Clauses
from jiyue.accept.requirements import BY_ID

GAP, PEOPLE = "gap", "people"


@cache
def catalogue() -> Clauses:
    """The clauses in the order of the report, from the province's data; ValueError for a requirement nobody knows."""
    text = files("inventory").joinpath("hunan/clauses.yaml").read_text(encoding="utf-8")
    found = Clauses.model_validate(yaml.safe_load(text))
    ids = [clause.id for clause in found.clauses]
    if len(set(ids)) != len(ids):
        raise ValueError("two clauses have the same id")
    if unknown := {one for clause in found.clauses for one in clause.requirements} - set(BY_ID):
        raise ValueError(f"no requirement is called {', '.join(sorted(unknown))}")
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
