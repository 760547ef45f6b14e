"""Our rules agree with Internet.nl's published IPv6 subtests, case by case, and the guides list the same cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory.source import load
from ipv6.verify.score.grade import graded
from tests.verify.test_judges import CASES, judged

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ROWS = yaml.safe_load((HERE / "internet_nl.yaml").read_text(encoding="utf-8"))
DATA = load(ROOT / "inventory" / "hunan").indicators


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_agreement(row: dict[str, Any]) -> None:
    """The case earns the share of points that Internet.nl's own description gives."""
    path = CASES / f"{row['case']}.yaml"
    case = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    result = judged(path.parent.name, case)
    items = {item.indicator: item for one in graded(DATA, {result.check: result}) for item in one.items}
    item = items[row["indicator"]]
    assert item.earned == pytest.approx(item.weight * row["share"])
    assert item.state != "unmeasured"


def test_every_subtest_is_there_with_both_ends() -> None:
    """All five subtests, each shown to give full points and to take some."""
    subtests = {row["subtest"] for row in ROWS}
    assert subtests == {"ns_aaaa", "ns_reach", "web_aaaa", "web_reach", "web_ipv46"}
    for subtest in subtests:
        shares = {row["share"] for row in ROWS if row["subtest"] == subtest}
        assert 1.0 in shares and min(shares) < 1.0
    assert {row["indicator"] for row in ROWS} == {one.id for one in DATA.of("internet-nl")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_guides_list_the_same_cases(language: str) -> None:
    """A row that is in one place only would be a claim without a test, or a test that nobody reads about."""
    text = (ROOT / "docs" / language / "verify.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `nl-")]
    assert [line.split("`")[1] for line in rows] == [row["id"] for row in ROWS]
    for line, row in zip(rows, ROWS, strict=True):
        assert f"`{row['case']}`" in line and f"| {row['share']:g} |" in line
