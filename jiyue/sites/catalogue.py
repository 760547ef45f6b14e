"""What is known of every finding, as data: severity, clauses, words."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field, model_validator

from inventory.fields import Frozen
from jiyue.accept.clauses import catalogue as clauses
from jiyue.sites.model import Finding, Seen


class Entry(Frozen):
    """One finding; `harden` says that hardening mends it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,39}$")
    severity: Literal["high", "medium", "low", "note"]
    clauses: tuple[str, ...] = Field(min_length=1)
    title: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    fix: str = Field(min_length=1)
    fix_en: str = Field(min_length=1)
    harden: bool = False


class Findings(Frozen):
    """`findings.yaml`."""

    findings: tuple[Entry, ...]

    @model_validator(mode="after")
    def _sound(self) -> Findings:
        known = {clause.id for clause in clauses().clauses}
        ids = [one.id for one in self.findings]
        if len(set(ids)) != len(ids):
            raise ValueError("two findings have the same id")
        if unknown := {clause for one in self.findings for clause in one.clauses} - known:
            raise ValueError(f"no clause is called {', '.join(sorted(unknown))}")
        return self


@cache
def catalogue() -> dict[str, Entry]:
    """Every finding by id; it is part of the program, so a fault in it is one of ours."""
    text = files("jiyue.sites").joinpath("findings.yaml").read_text(encoding="utf-8")
    return {one.id: one for one in Findings.model_validate(yaml.safe_load(text)).findings}


def finding(seen: Seen) -> Finding:
    """What was seen with all that is known of it; KeyError for an id that is not in the catalogue."""
    entry = catalogue()[seen.id]
    severity = "unknown" if seen.unknown else entry.severity
    return Finding(
        seen.id,
        severity,
        seen.about,
        seen.evidence,
        entry.title,
        entry.title_en,
        entry.fix,
        entry.fix_en,
        entry.clauses,
    )
