"""The acceptance as rows of the report: requirement, test, evidence, verdict, and clauses without a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jiyue.report import words
from jiyue.report.model import ClauseRow, RequirementRow, TestRow
from jiyue.report.words import Text

SHOWN = 20
"""Reasons and pieces of evidence that one test shows; the sheet has all of them."""


def requirements(accept: Mapping[str, Any]) -> tuple[RequirementRow, ...]:
    """The requirements of an acceptance (`AcceptResult.data`) with their tests; empty without one."""
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for case in accept.get("cases", ()):
        for id in case.get("requirements", ()):
            by_id.setdefault(str(id), []).append(case)
    return tuple(
        RequirementRow(
            id=str(one.get("id", "")),
            clause=str(one.get("clause", "")),
            title=Text(str(one.get("title", "")), str(one.get("title_en", ""))),
            word=words.known(str(one.get("verdict", ""))),
            tests=int(one["tests"]),
            failed=int(one["failed"]),
            rows=_tests(by_id.get(str(one.get("id", "")), ())),
        )
        for one in accept.get("requirements", ())
    )


def clauses(found: Iterable[Mapping[str, Any]]) -> tuple[ClauseRow, ...]:
    """The clauses as `jiyue.accept.clauses.coverage` gives them."""
    return tuple(
        ClauseRow(
            id=str(one["id"]),
            kind=str(one["kind"]),
            title=Text(str(one["title"]), str(one["title_en"])),
            word=str(one["word"]),
            requirements=tuple(str(name) for name in one["requirements"]),
            tests=int(one["tests"]),
            why=Text(str(one["why"]), str(one["why_en"])),
        )
        for one in found
    )


def _tests(cases: Sequence[Mapping[str, Any]]) -> tuple[TestRow, ...]:
    """Cases of one test function together, in the order they ran."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for case in cases:
        groups.setdefault(str(case["name"]).partition("[")[0], []).append(case)
    rows = []
    for name, mine in groups.items():
        verdicts = [words.known(str(case["verdict"])) for case in mine]
        evidence = tuple(dict.fromkeys(str(one) for case in mine for one in case.get("evidence", ())))
        red = [
            (
                str(case["name"]).partition("[")[2].rstrip("]") or str(case["platform"]),
                words.reason(str(case["reason"])),
            )
            for case in mine
            if case["verdict"] != "pass"
        ]
        counts = (verdicts.count("pass"), verdicts.count("fail"), verdicts.count("unknown"))
        rows.append(TestRow(name, counts, evidence[:SHOWN], len(evidence), tuple(red[:SHOWN])))
    return tuple(rows)
