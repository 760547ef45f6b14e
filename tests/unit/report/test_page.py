"""The page: self-contained, both languages, a reason behind every red, nothing of the data unescaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from inventory.model import Inventory
from inventory.source import load
from jiyue.report import build
from jiyue.report.build import render
from jiyue.report.model import page

ROOT = Path(__file__).parents[3]
VOID = {"meta", "link", "br", "circle", "img", "input", "hr", "path"}


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


def result(site: str, verdict: str, *reasons: str, check: str = "tcp-ports", layer: str = "network") -> dict[str, Any]:
    keys = {"check": check, "subject": site, "layer": layer, "owner": "network", "verdict": verdict}
    return {**keys, "reasons": list(reasons), "notes": [], "evidence": []}


def data(inv: Inventory, **more: Any) -> dict[str, Any]:
    """A province that is accepted throughout."""
    rows = [
        {"name": one.name, "stage": "accepted", "stack": "unchanged", "digest": "ab" * 32, "approved_by": "省 (k1)"}
        for one in inv.platforms
    ]
    verify = {one.name: {"results": [result(site.name, "pass") for site in one.sites]} for one in inv.platforms}
    return {"generated": "2026-03-01T00:00:00Z", "platforms": rows, "verify": verify, **more}


class Tags(HTMLParser):
    """Every start tag with its attributes; fails on tags that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    assert parser.open == []
    return parser.found


def test_nothing_is_fetched_from_anywhere(inv: Inventory) -> None:
    text = render(inv, data(inv))
    for tag, attributes in tags(text):
        for name in ("src", "href", "action", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), f"<{tag} {name}={value}>"
    assert "@import" not in text and not re.search(r"url\(", text)


def test_all_green(inv: Inventory) -> None:
    shown = page(inv, data(inv))
    assert shown.accepted == 15 and shown.sites == (60, 60) and shown.deferred == 122
    assert {row.word for row in shown.platforms} == {"pass"}


def test_every_red_has_a_reason(inv: Inventory) -> None:
    given = data(inv)
    site = "www.changsha.gov.cn"
    why = "[3fff:ff1:100:1000::10]:443 over IPv6: timeout after 4000 ms"
    given["verify"]["changsha"]["results"][0] = result(site, "fail", why)
    given["platforms"] = [
        {**row, "stage": "applied", "reasons": [f"{site}: {why}"]} if row["name"] == "changsha" else row
        for row in given["platforms"]
    ]
    shown = page(inv, given)
    (red,) = [row for row in shown.platforms if row.word != "pass"]
    assert red.name == "changsha" and red.word == "fail" and red.ready == 3
    assert [reason.en for reason in red.reasons] == [f"{site}: {why}"]
    assert [reason.en for reason in red.sites[0].reasons] == [f"TCP ports: {why}"]
    assert red.sites[0].reasons[0].zh.startswith("端口一致：")
    assert render(inv, given).count("[3fff:ff1:100:1000::10]:443") >= 2


def test_nothing_measured_is_not_green(inv: Inventory) -> None:
    shown = page(inv, {})
    assert shown.accepted == 0 and shown.sites == (0, 60)
    assert all(site.word == "unknown" and site.reasons for row in shown.platforms for site in row.sites)
    tags(render(inv, {}))


def test_an_unknown_verdict_word_is_not_green(inv: Inventory) -> None:
    given = data(inv)
    given["verify"]["changsha"]["results"][0] = result("www.changsha.gov.cn", "splendid")
    (row,) = [row for row in page(inv, given).platforms if row.name == "changsha"]
    assert row.sites[0].word == "unknown" and row.sites[0].chips[0].word == "unknown"


def test_hostile_text_stays_text(inv: Inventory) -> None:
    evil = "<script>alert(1)</script>\"'><img src=http://evil.test/x>"
    given = data(inv)
    given["platforms"][0] = {**given["platforms"][0], "stage": "applied", "reasons": [evil], "approved_by": evil}
    text = render(inv, given)
    assert "<script>alert" not in text and "<img" not in text
    tags(text)


def test_the_lab_says_so_and_the_calendar_is_marked(inv: Inventory) -> None:
    text = render(inv, data(inv))
    assert "实验环境自带的密钥对" in text and "documentation prefixes" in text and "KWOK" in text
    field = inv.environment.model_copy(update={"kind": "field", "calendar": "2019 演练"})
    text = render(inv.model_copy(update={"environment": field}), data(inv))
    assert "KWOK" not in text and "2019 演练" in text


def test_both_languages_and_the_one_asked_for(inv: Inventory) -> None:
    assert '<html lang="zh-CN">' in render(inv, data(inv))
    english = render(inv, data(inv), "en")
    assert '<html lang="en">' in english and '<body class="en">' in english
    assert english.count('<span class="zh"') == english.count('<span class="en"') > 50


def test_requirements_are_shown_with_their_clause(inv: Inventory) -> None:
    one = {
        "clause": "通知三(六)",
        "title": "双栈",
        "title_en": "dual stack",
        "verdict": "fail",
        "tests": 3,
        "failed": 1,
    }
    shown = page(inv, data(inv, accept={"platforms": [], "requirements": [one]}))
    assert [(row.clause, row.word, row.tests) for row in shown.requirements] == [("通知三(六)", "fail", 3)]


def test_the_file_is_whole_and_the_same_each_time(inv: Inventory, tmp_path: Path) -> None:
    first = build(tmp_path, inv, data(inv))
    assert first == tmp_path / "var" / "report" / "index.html"
    content = first.read_bytes()
    assert build(tmp_path, inv, data(inv)).read_bytes() == content
    assert [path.name for path in first.parent.iterdir()] == ["index.html"]
