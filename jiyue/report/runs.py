"""A run: the verdicts and figures of one report, small enough to be kept; what trends and comparisons are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jiyue.report.model import Page, RunRow

SCHEMA = "jiyue/report-run/1"
KEPT = 60
"""Runs that are kept; the oldest go first."""
REPORT, ACCEPTANCE = "report", "acceptance"
_LETTERS = {"pass": "p", "fail": "f", "unknown": "u"}
_WORDS = {letter: word for word, letter in _LETTERS.items()}
Verdicts = Mapping[tuple[str, str], tuple[str, str]]
"""(word, first reason in English) by (subject, what was judged)."""


@dataclass(frozen=True, slots=True)
class Run:
    """`at` (UTC) names the run; `kind` is report or acceptance: only runs of one kind can be compared."""

    at: str
    kind: str
    figures: Mapping[str, float]
    verdicts: Verdicts

    @property
    def content(self) -> str:
        """SHA-256 over everything but the time: equal means that nothing has changed."""
        return hashlib.sha256(_spelt({**self.data(), "at": ""})).hexdigest()

    @property
    def row(self) -> RunRow:
        """Its figures."""
        return RunRow(self.at, dict(self.figures))

    def data(self) -> dict[str, Any]:
        """JSON-able form: one letter per verdict, in the order of `judged`; reasons only where there are any."""
        judged = sorted({what for _, what in self.verdicts})
        subjects: dict[str, dict[str, str]] = {}
        for (subject, what), (word, _) in self.verdicts.items():
            subjects.setdefault(subject, {})[what] = _LETTERS.get(word, "u")
        return {
            "schema": SCHEMA,
            "at": self.at,
            "kind": self.kind,
            "figures": dict(self.figures),
            "judged": judged,
            "subjects": {
                name: "".join(found.get(what, "-") for what in judged) for name, found in sorted(subjects.items())
            },
            "reasons": [
                [subject, what, reason] for (subject, what), (_, reason) in sorted(self.verdicts.items()) if reason
            ],
        }

    @staticmethod
    def read(data: Any) -> Run:
        """What `data` gave; KeyError, TypeError or ValueError for anything else."""
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r}")
        judged = [str(one) for one in data["judged"]]
        reasons = {(str(subject), str(what)): str(why) for subject, what, why in data["reasons"]}
        verdicts: dict[tuple[str, str], tuple[str, str]] = {}
        for subject, letters in dict(data["subjects"]).items():
            if len(letters) != len(judged):
                raise ValueError(f"{subject} has {len(letters)} verdicts of {len(judged)}")
            for what, letter in zip(judged, letters, strict=True):
                if letter != "-":
                    verdicts[str(subject), what] = (_WORDS[letter], reasons.get((str(subject), what), ""))
        figures = {str(name): float(value) for name, value in dict(data["figures"]).items()}
        return Run(str(data["at"]), str(data["kind"]), figures, verdicts)


def of_page(page: Page) -> Run:
    """The run of one report."""
    verdicts: dict[tuple[str, str], tuple[str, str]] = {}
    for row in page.platforms:
        verdicts[row.name, "accepted"] = (row.word, row.reasons[0].en if row.reasons else "")
        for subject, results in ((row.name, row.zones), *((site.name, site.results) for site in row.sites)):
            for one in results:
                verdicts[subject, one.check] = (one.word, one.reasons[0].en if one.reasons else "")
    for requirement in page.requirements:
        red = next((why for test in requirement.rows for _, why in test.reasons), None)
        verdicts[requirement.id, "requirement"] = (requirement.word, red.en if red else "")
    passed, failed, unknown = page.checks
    figures: dict[str, float] = {
        "platforms": len(page.platforms),
        "platforms-accepted": page.accepted,
        "sites": page.sites[1],
        "sites-ready": page.sites[0],
        "checks-passed": passed,
        "checks-failed": failed,
        "checks-unknown": unknown,
        **{f"funnel-{step.id}": step.sites for step in page.funnel},
        # A set that was measured in part would look like a fall in the trend.
        **{f"score-{one.id}": one.score for one in page.sets if one.measured >= 100},
        "tests": sum(one.tests for one in page.requirements),
        "tests-red": sum(one.failed for one in page.requirements),
    }
    # Floats on both sides of the store, or the same run would be spelt in two ways.
    return Run(page.generated, REPORT, {name: float(value) for name, value in figures.items()}, verdicts)


def of_cases(at: str, cases: Sequence[Mapping[str, Any]]) -> Run:
    """The run of an acceptance's cases; KeyError or TypeError for what are none."""
    verdicts = {(str(one["platform"]), str(one["name"])): (str(one["verdict"]), str(one["reason"])) for one in cases}
    words = [word for word, _ in verdicts.values()]
    figures = {f"tests-{word}": float(words.count(word)) for word in _LETTERS}
    return Run(at, ACCEPTANCE, figures, verdicts)


def _spelt(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
