"""The page in a headless browser, on a province with two red sites and hostile words: it works, nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.source import load
from jiyue.report.build import build
from jiyue.report.compare import compare
from jiyue.report.page import page
from jiyue.report.runs import of_page
from tests.e2e.browser import Browser, browser
from tests.unit.report.province import EVIL, data, diagnosed

ROOT = Path(__file__).parents[3]
RED = "www.changsha.gov.cn"
SHOWN = "[...document.querySelectorAll('tr[data-s]')].filter(one => !one.hidden).map(one => one.dataset.s)"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    inv = load(ROOT / "inventory" / "hunan", "lab")
    given, diagnosis = diagnosed(inv, RED, "aaaa-published")
    evil = given["verify"]["zhuzhou"]["results"][0]
    evil |= {"verdict": "fail", "reasons": [EVIL], "notes": [EVIL], "evidence": [EVIL]}
    before, now = page(inv, data(inv)), page(inv, given, diagnosis)
    runs = of_page(before), of_page(now)
    now = replace(now, runs=tuple(run.row for run in runs), since=compare(*runs).rows())
    place = build(tmp_path_factory.mktemp("page"), now)
    with browser(tmp_path_factory.mktemp("profile")) as found:
        found.open(place.as_uri())
        yield found
        assert found.problems == []
        assert [url for url in found.asked if not url.startswith(("file:", "data:"))] == []


def test_it_opens_in_chinese_and_the_button_changes_everything(opened: Browser) -> None:
    assert opened.say("document.documentElement.lang") == "zh-CN"
    seen = "document.querySelector('h2#funnel').innerText"
    assert opened.say(seen) == "部署漏斗"
    opened.say("document.getElementById('lang').click()")
    assert opened.say(seen) == "Deployment funnel" and opened.say("document.documentElement.lang") == "en"
    assert opened.say("document.title").startswith("Government")
    assert opened.say("document.querySelector('#f-word option[value=fail]').textContent") == "failed"
    assert opened.say("document.querySelector('#filter').getAttribute('aria-label')") == "find sites"
    opened.say("document.getElementById('lang').click()")
    assert opened.say("document.getElementById('count').textContent") == "显示 60 / 60 个网站"


def test_the_filters_find_the_red_site(opened: Browser) -> None:
    choose = (
        "(() => {{ const one = document.getElementById('{}'); one.value = '{}'; "
        "one.dispatchEvent(new Event('{}')); }})()"
    )
    opened.say(choose.format("f-word", "fail", "change"))
    assert RED in opened.say(SHOWN) and len(opened.say(SHOWN)) == 2
    opened.say(choose.format("f-layer", "record", "change"))
    assert opened.say(SHOWN) == [RED]
    assert opened.say("document.getElementById('changsha').open && document.getElementById('zhuzhou').hidden")
    assert opened.say("document.getElementById('count').textContent") == "显示 1 / 60 个网站"
    opened.say("document.querySelector('#filter button[type=reset]').click()")
    opened.say("new Promise(done => setTimeout(done, 50))")
    assert len(opened.say(SHOWN)) == 60
    opened.say(choose.format("q", "zjj.gov", "input"))
    opened.say("new Promise(done => setTimeout(done, 300))")
    assert opened.say(SHOWN) and all("zjj.gov" in name for name in opened.say(SHOWN))
    opened.say("document.querySelector('#filter button[type=reset]').click()")
    opened.say("new Promise(done => setTimeout(done, 50))")


def test_the_keyboard_opens_a_site_with_its_cure(opened: Browser) -> None:
    opened.say(
        f"document.getElementById('changsha').open = true; document.querySelector('[data-s=\"{RED}\"] button').focus()"
    )
    opened.key("Enter", 13)
    shown = opened.say(f"document.getElementById('d-{RED}').innerText")
    assert "jiyue ipv6 propose changsha" in shown and "域名管理" in shown and "AAAA" in shown
    assert opened.say("document.activeElement.getAttribute('aria-expanded')") == "true"
    opened.key("Enter", 13)
    assert opened.say(f"document.getElementById('d-{RED}') === null")


def test_a_link_leads_to_a_site(opened: Browser) -> None:
    opened.say(f"new Promise(done => {{ location.hash = '{RED}'; setTimeout(done, 100); }})")
    assert opened.say(f"document.getElementById('d-{RED}') !== null && document.getElementById('changsha').open")


def test_hostile_words_are_only_words(opened: Browser) -> None:
    """Opened sites show them as text; nothing ran, nothing became an element."""
    opened.say("document.querySelectorAll('#zhuzhou button.open').forEach(one => one.click())")
    assert EVIL[:20] in opened.say("document.getElementById('zhuzhou').textContent")
    assert opened.say("document.querySelectorAll('img, iframe, script').length") == 2
    assert opened.problems == []


def test_both_schemes_and_no_sideways_scrolling(opened: Browser, tmp_path: Path) -> None:
    pictures = {
        (width, dark): opened.look(tmp_path / f"{width}-{dark}.png", width, 900, dark)
        for width in (1400, 390)
        for dark in (False, True)
    }
    assert len(set(pictures.values())) == 4 and all(len(picture) > 20_000 for picture in pictures.values())
    ground = "getComputedStyle(document.body).backgroundColor"
    assert opened.say(ground) == "rgb(18, 24, 31)"
    opened.say("document.getElementById('theme').click()")
    assert opened.say(ground) == "rgb(243, 245, 248)"
    opened.say("document.getElementById('theme').click(); document.getElementById('theme').click()")
    assert opened.say("document.documentElement.scrollWidth <= innerWidth"), "a phone has to scroll sideways"


def test_it_prints_with_what_was_closed(opened: Browser, tmp_path: Path) -> None:
    content = opened.pdf(tmp_path / "page.pdf")
    assert content.startswith(b"%PDF-") and content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 3
    assert opened.say("document.querySelectorAll('details.city[open]').length") <= 2
