"""Runs, their comparison, trends, and the report as JSON there and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.source import load
from jiyue.report import export
from jiyue.report.compare import compare
from jiyue.report.page import page
from jiyue.report.runs import ACCEPTANCE, REPORT, Run, of_cases, of_page
from jiyue.report.trend import HEIGHT, WIDTH, charts
from jiyue.store.store import open_store
from jiyue.workflow.report_runs import KIND, of_json, remember
from tests.unit.report.province import EVIL, data, diagnosed

ROOT = Path(__file__).parents[3]
WORDS = ("pass", "fail", "unknown")


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


def run(at: str, **verdicts: str) -> Run:
    return Run(
        at,
        REPORT,
        {"sites-ready": float(len(verdicts))},
        {(name, "tcp-ports"): (word, "") for name, word in verdicts.items()},
    )


names = st.text(min_size=1, max_size=12)
runs = st.builds(
    Run,
    at=names,
    kind=st.sampled_from((REPORT, ACCEPTANCE)),
    figures=st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False), max_size=4),
    verdicts=st.dictionaries(
        st.tuples(names, names), st.tuples(st.sampled_from(WORDS), st.text(max_size=8)), max_size=8
    ),
)


@settings(max_examples=60, deadline=None)
@drawn(runs)
def test_a_run_survives_the_store(one: Run) -> None:
    again = Run.read(json.loads(json.dumps(one.data())))
    assert again == one and again.content == one.content


@settings(max_examples=60, deadline=None)
@drawn(runs, runs)
def test_every_verdict_is_in_exactly_one_place(one: Run, other: Run) -> None:
    """Better, worse, otherwise or the same; and what gets better one way gets no better the other way."""
    other = replace(other, kind=one.kind)
    found, back = compare(one, other), compare(other, one)
    moved = [(change.subject, change.what) for change in (*found.better, *found.worse, *found.other)]
    assert len(moved) == len(set(moved)) and len(moved) + found.same == len(one.verdicts.keys() | other.verdicts.keys())
    assert not {(c.subject, c.what) for c in found.better} & {(c.subject, c.what) for c in back.better}
    nothing = compare(one, one)
    assert (nothing.better, nothing.worse, nothing.other, nothing.figures) == ((), (), (), ())


@pytest.mark.parametrize(
    ("then", "now", "way"),
    [
        ("pass", "fail", "worse"),
        ("pass", "unknown", "worse"),
        ("unknown", "fail", "worse"),
        ("", "fail", "worse"),
        ("fail", "pass", "better"),
        ("unknown", "pass", "better"),
        ("fail", "unknown", "other"),
        ("", "pass", "other"),
        ("pass", "", "other"),
        ("fail", "", "other"),
    ],
)
def test_what_counts_as_better_and_worse(then: str, now: str, way: str) -> None:
    old = run("1", **({"a": then} if then else {}))
    new = run("2", **({"a": now} if now else {}))
    found = compare(old, new)
    assert {name: len(getattr(found, name)) for name in ("better", "worse", "other")} == {
        name: int(name == way) for name in ("better", "worse", "other")
    }


def test_a_report_and_an_acceptance_cannot_be_compared() -> None:
    case = {"platform": "changsha", "name": "t", "verdict": "pass", "reason": ""}
    with pytest.raises(InputError, match="of kind"):
        compare(run("1", a="pass"), of_cases("2", [case]))


def test_the_report_is_its_json(inv: Inventory) -> None:
    """There and back, with the schema that is published; unknown keys and torn files are refused."""
    given, diagnosis = diagnosed(inv, "www.changsha.gov.cn", "same-site")
    given["platforms"][0]["approved_by"] = EVIL
    one = page(inv, given, diagnosis)
    one = replace(one, runs=(of_page(one).row,))
    text = export.spell(one)
    spelt = json.loads(text)
    assert spelt["schema"] == export.SCHEMA and export.read(spelt, "report.json") == one
    assert of_json(spelt, "report.json") == of_page(one)
    for broken in ({**spelt, "more": 1}, {**spelt, "checks": [1]}, {"schema": export.SCHEMA}):
        with pytest.raises(InputError):
            of_json(broken, "report.json")


def test_the_published_schema_is_that_of_the_code() -> None:
    told = export.SCHEMA_FILE.read_text(encoding="utf-8")
    assert told == export.schema(), "run: python -m jiyue.report.export"


EMPTY_RUN = {"schema": "jiyue/report-run/1", "at": "", "kind": "report", "figures": {}, "judged": ["a"], "reasons": []}


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"schema": "x/1"},
        {"schema": "jiyue/report-run/1"},
        {"schema": "jiyue/acceptance/1", "cases": [1]},
        {**EMPTY_RUN, "subjects": {"s": "pp"}},
        {**EMPTY_RUN, "subjects": {"s": "x"}},
        {**EMPTY_RUN, "subjects": 7},
    ],
)
def test_no_run_is_refused(document: Any) -> None:
    with pytest.raises(InputError):
        of_json(document, "x.json")


class Kept:
    """What `remember` needs of the services."""

    def __init__(self, path: Path) -> None:
        self.store = open_store(path)


def test_runs_are_kept_once_and_not_for_ever(inv: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiyue.workflow.report_runs.KEPT", 3)
    services: Any = Kept(tmp_path / "s.db")
    one = page(inv, data(inv))
    for _ in range(2):
        assert len(remember(services, one)) == 1
    later = replace(one, generated="2026-03-02T00:00:00Z")
    assert [kept.at for kept in remember(services, later)] == [one.generated]
    for day in range(3, 9):
        changed = replace(one, generated=f"2026-03-0{day}T00:00:00Z", checks=(day, 0, 0))
        remember(services, changed)
    assert sorted(services.store.results(KIND)) == [f"2026-03-0{day}T00:00:00Z" for day in (6, 7, 8)]
    services.store.put_result(KIND, "2026-04", {"schema": "of another version"})
    assert len(remember(services, changed)) == 3


def test_a_trend_stays_inside_its_picture(inv: Inventory) -> None:
    first = of_page(page(inv, {})).row
    last = of_page(page(inv, data(inv))).row
    assert charts((first,)) == ()
    found = {one.id: one for one in charts((first, last, replace(first, at="3")))}
    assert found["sites-ready"].first == "0" and found["sites-ready"].change == "-60"
    assert "3 runs" in found["sites-ready"].words.en and "最大 60" in found["sites-ready"].words.zh
    for one in found.values():
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y, _, _ in one.dots)
