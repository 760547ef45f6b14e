"""What an assessment is made of: what is looked at, what a check saw, what is kept of it; plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

BLOCKING = frozenset({"high", "unknown"})
"""Severities that fail the assessment; `unknown` (not measured) is never good enough."""
SEVERITIES = ("high", "unknown", "medium", "low", "note")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Target:
    """One site as it is assessed.

    `host` is the device that serves it and `filter` the one whose filter stands before it (the host itself where there
    is none); both are names of the SSH configuration, empty where this environment holds none. `vantages` are who looks
    from outside over IPv4 and IPv6. `known` are the names of the inventory, `scripts` the hosts from which the site may
    load scripts. `days` is how long a certificate has to hold at least. An empty address is not looked at.
    """

    name: str
    platform: str
    address4: str
    address6: str = ""
    host: str = ""
    filter: str = ""
    vantages: tuple[str, str] = ("vantage-v4", "vantage-v6")
    known: frozenset[str] = field(default=frozenset(), hash=False)
    scripts: frozenset[str] = field(default=frozenset(), hash=False)
    days: int = 30
    links: int = 30
    """The most links of one page that are followed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: the finding's id, about whom (site or host), the evidence; `unknown`: it was not measured."""

    id: str
    about: str
    evidence: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding with all that the catalogue knows of it. A waived one says why and until when; it does not block."""

    id: str
    severity: str
    about: str
    evidence: str
    title: str
    title_en: str
    fix: str
    fix_en: str
    clauses: tuple[str, ...] = ()
    waived: str = ""
    until: str = ""

    @property
    def blocks(self) -> bool:
        """Whether it fails the assessment."""
        return self.severity in BLOCKING and not self.waived


@dataclass(frozen=True, slots=True)
class Assessment:
    """The record that apply and migration require of each site; times are UTC, ISO 8601 with seconds."""

    site: str
    depth: str
    findings: tuple[Finding, ...]
    at: str
    expires: str
    hosts: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Nothing that blocks was found."""
        return not any(one.blocks for one in self.findings)

    @property
    def result(self) -> str:
        """`passed` or `failed`, as the store keeps it."""
        return "passed" if self.passed else "failed"

    def data(self) -> dict[str, Any]:
        """JSON-able form, for the store's evidence and for `--json`."""
        return {**asdict(self), "passed": self.passed}

    @staticmethod
    def findings_of(evidence: Mapping[str, Any]) -> tuple[Finding, ...]:
        """The findings as the store kept them; what older versions kept and cannot be read is left out."""
        found = []
        for one in evidence.get("findings", ()):
            try:
                found.append(Finding(**{**one, "clauses": tuple(one["clauses"])}))
            except (TypeError, KeyError):
                continue
        return tuple(found)
