"""The report of a finished province as a person sees it, in a headless browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jiyue.report import export
from tests.e2e.browser import browser
from tests.e2e.helpers import ROOT
from tests.e2e.province import Province

pytestmark = pytest.mark.lab
PAGE = ROOT / "var" / "report" / "index.html"


def test_the_page_opens_without_a_console_error(province: Province, tmp_path: Path) -> None:
    """Chromium renders the page from disk: no console message, nothing loaded, all 15 platforms and every site."""
    with browser(tmp_path / "profile") as opened:
        opened.open(PAGE.as_uri())
        shown = opened.say("document.body.textContent")
        for name in ("www.hunan.gov.cn", "www.changsha.gov.cn", "www.xxz.gov.cn"):
            assert name in shown
        assert opened.say("document.querySelectorAll('details.city').length") == 15
        opened.say("document.querySelectorAll('button.open').forEach(one => one.click())")
        assert opened.say("document.querySelectorAll('tr.more-row').length") == 60
        opened.say("document.getElementById('lang').click()")
        assert len(opened.look(tmp_path / "page.png", 1400, 2000)) > 50_000
        assert opened.pdf(tmp_path / "page.pdf").startswith(b"%PDF-")
        assert opened.problems == []
        assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []


def test_the_page_is_one_file(province: Province) -> None:
    """Nothing is loaded from anywhere else, and it stays small."""
    text = PAGE.read_text(encoding="utf-8")
    for mark in ('src="http', "src='http", 'href="http', "@import", "url(http"):
        assert mark not in text
    assert len(text.encode()) < 1_000_000


def test_the_json_says_the_same(province: Province) -> None:
    """Readable by its own schema; every requirement has tests with evidence, gaps are named."""
    path = PAGE.with_name("report.json")
    page = export.read(json.loads(path.read_text(encoding="utf-8")), path.name)
    assert len(page.platforms) == 15 and page.funnel[0].sites == 60 and page.runs
    assert page.requirements and all(one.tests and one.rows for one in page.requirements)
    assert {one.word for one in page.clauses} >= {"pass", "gap", "people"}
