"""The page: self-contained, both languages, a reason behind every red, nothing of the data unescaped."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from inventory.model import Inventory
from inventory.source import load
from ipv6.verify.check import discover
from jiyue.report import build, words
from jiyue.report.build import policy, render
from jiyue.report.page import page
from jiyue.report.words import Text
from tests.unit.report.province import EVIL, data, diagnosed, result

ROOT = Path(__file__).parents[3]
VOID = {"meta", "link", "br", "circle", "img", "input", "hr", "path", "rect", "polyline"}


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


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


def shown(inv: Inventory, given: dict[str, Any], language: str = "zh") -> str:
    return render(page(inv, given), language)


def test_nothing_is_fetched_from_anywhere(inv: Inventory) -> None:
    text = shown(inv, data(inv))
    found = tags(text)
    for tag, attributes in found:
        for name in ("src", "href", "action", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), f"<{tag} {name}={value}>"
        assert not any(name.startswith("on") or name == "style" for name in attributes), f"<{tag} {attributes}>"
    assert "@import" not in text and not re.search(r"url\(", text)


def test_the_policy_lets_only_our_own_style_and_script_in(inv: Inventory) -> None:
    text = shown(inv, data(inv))
    (said,) = [one["content"] for tag, one in tags(text) if one.get("http-equiv") == "Content-Security-Policy"]
    style = text.partition("<style>")[2].partition("</style>")[0]
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    assert said == policy(style, script) and said is not None
    assert said.startswith("default-src 'none'") and "unsafe" not in said


def test_all_green(inv: Inventory) -> None:
    found = page(inv, data(inv))
    assert found.accepted == 15 and found.sites == (60, 60) and found.deferred == 122
    assert {row.word for row in found.platforms} == {"pass"}


def test_every_red_has_a_reason(inv: Inventory) -> None:
    given = data(inv)
    site = "www.changsha.gov.cn"
    why = "[3fff:ff1:100:1000::10]:443 over IPv6: timeout after 4000 ms"
    given["verify"]["changsha"]["results"][0] = result(site, "fail", why)
    given["platforms"] = [
        {**row, "stage": "applied", "reasons": [f"{site}: {why}"]} if row["name"] == "changsha" else row
        for row in given["platforms"]
    ]
    found = page(inv, given)
    (red,) = [row for row in found.platforms if row.word != "pass"]
    assert red.name == "changsha" and red.word == "fail" and red.ready == 3
    assert [reason.en for reason in red.reasons] == [f"{site}: {why}"]
    assert [reason.en for reason in red.sites[0].reasons] == [f"TCP ports: {why}"]
    assert red.sites[0].reasons[0].zh.startswith("端口一致：")
    assert render(found).count("[3fff:ff1:100:1000::10]:443") >= 2


def test_a_red_site_names_layer_owner_and_cure(inv: Inventory) -> None:
    """The doctor's cause stands in the page: who acts, and the commands."""
    given, diagnosis = diagnosed(inv, "www.changsha.gov.cn", "aaaa-published")
    found = page(inv, given, diagnosis)
    (site,) = [one for row in found.platforms for one in row.sites if one.name == "www.changsha.gov.cn"]
    assert site.layers == ("record",) and site.owners == ("dns",)
    (cause,) = site.causes
    assert "jiyue ipv6 propose changsha" in cause.commands and cause.points > 0
    assert {one.id for one in site.sets} >= {"national-monitoring", "site-scoring"}
    assert any(one.cured > one.score for one in site.sets)
    island = json.loads(render(found).partition('id="island">')[2].partition("</script>")[0])
    assert "jiyue ipv6 propose changsha" in island["strings"]
    assert len(island["sites"]) == 60


def test_nothing_measured_is_not_green(inv: Inventory) -> None:
    found = page(inv, {})
    assert found.accepted == 0 and found.sites == (0, 60)
    assert all(site.word == "unknown" and site.reasons for row in found.platforms for site in row.sites)
    assert [step.sites for step in found.funnel] == [60, 0, 0, 0, 0] and found.funnel[1].unknown == 60
    tags(render(found))


def test_an_unknown_verdict_word_is_not_green(inv: Inventory) -> None:
    given = data(inv)
    given["verify"]["changsha"]["results"][0] = result("www.changsha.gov.cn", "splendid")
    (row,) = [row for row in page(inv, given).platforms if row.name == "changsha"]
    assert row.sites[0].word == "unknown" and row.sites[0].results[0].word == "unknown"


def test_hostile_text_stays_text(inv: Inventory) -> None:
    """A title, a reason, a note, a name that wants to be markup: in the markup and in the island."""
    given = data(inv)
    given["platforms"][0] = {**given["platforms"][0], "stage": "applied", "reasons": [EVIL], "approved_by": EVIL}
    platform = next(one for one in inv.platforms if one.name == "changsha")
    site = platform.sites[0].model_copy(update={"title": EVIL, "owner": EVIL})
    hostile = platform.model_copy(update={"title": EVIL, "sites": (site, *platform.sites[1:])})
    changed = inv.model_copy(
        update={"platforms": tuple(hostile if one.name == "changsha" else one for one in inv.platforms)}
    )
    red = result(site.name, "fail", EVIL)
    given["verify"]["changsha"]["results"][0] = {**red, "notes": [EVIL], "evidence": [EVIL], "check": EVIL}
    text = shown(changed, given)
    assert "<script>alert" not in text and "<img" not in text and "<!--" not in text
    found = tags(text)
    assert sum(tag == "script" for tag, _ in found) == 2
    island = json.loads(text.partition('id="island">')[2].partition("</script>")[0])
    assert [EVIL] in [pair[:1] for pair in island["texts"]]


def test_the_lab_says_so_and_the_calendar_is_marked(inv: Inventory) -> None:
    text = shown(inv, data(inv))
    assert "实验环境自带的密钥对" in text and "documentation prefixes" in text and "KWOK" in text
    field = inv.environment.model_copy(update={"kind": "field", "calendar": "2019 演练"})
    text = shown(inv.model_copy(update={"environment": field}), data(inv))
    assert "KWOK" not in text and "2019 演练" in text


def test_both_languages_and_the_one_asked_for(inv: Inventory) -> None:
    assert '<html lang="zh-CN">' in shown(inv, data(inv))
    english = shown(inv, data(inv), "en")
    assert '<html lang="en">' in english and '<body class="en">' in english
    assert english.count('<span class="zh"') == english.count('<span class="en"') > 50


def test_a_reader_who_sees_nothing_is_led(inv: Inventory) -> None:
    """Landmarks, one first heading, headed tables, a label on every control, no id twice."""
    found = tags(shown(inv, data(inv)))
    names = [tag for tag, _ in found]
    assert all(names.count(tag) == 1 for tag in ("main", "header", "nav", "footer", "h1"))
    ids = [one["id"] for _, one in found if "id" in one]
    assert len(ids) == len(set(ids))
    labelled = {one["aria-labelledby"] for _, one in found if "aria-labelledby" in one}
    assert labelled <= set(ids)
    assert all("scope" in one for tag, one in found if tag == "th")
    assert all(one.get("aria-label") or one.get("aria-hidden") for tag, one in found if tag == "svg")
    text = shown(inv, data(inv))
    for control in re.findall(r"<(?:select|input)[^>]*>", text):
        assert re.search(r"<label[^>]*>(?:(?!</label>).)*" + re.escape(control), text, re.DOTALL), control


def colours() -> list[tuple[str, dict[str, str]]]:
    css = (ROOT / "jiyue" / "report" / "page.css").read_text(encoding="utf-8")
    blocks = (
        css.partition(":root {")[2].partition("}")[0],
        css.partition('[data-theme="dark"] {')[2].partition("}")[0],
    )
    return [
        (name, dict(re.findall(r"--([\w-]+):\s*(#\w+)", block)))
        for name, block in zip(("light", "dark"), blocks, strict=True)
    ]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("scheme", "named"), colours(), ids=("light", "dark"))
def test_text_can_be_read_in_both_schemes(scheme: str, named: dict[str, str]) -> None:
    """WCAG 2.1, 1.4.3: 4.5 to 1 for every pair of text and ground that the style sheet uses."""
    pairs = [(word, f"{word}-bg") for word in ("good", "bad", "none", "gap", "warn")]
    pairs += [(text, ground) for text in ("ink", "soft", "accent", "head") for ground in ("paper", "ground", "hover")]
    pairs += [(text, "paper") for text in ("good", "bad", "none")]
    for text, ground in pairs:
        light, dark = sorted((luminance(named[text]), luminance(named[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{scheme}: {text} on {ground}"


def test_both_ways_into_the_dark_are_the_same() -> None:
    css = (ROOT / "jiyue" / "report" / "page.css").read_text(encoding="utf-8")
    asked, chosen = (
        re.findall(r"--[\w-]+:\s*#\w+", part.partition("}")[0]) for part in css.split("color-scheme: dark;")[1:3]
    )
    assert asked == chosen and len(asked) > 20


def test_the_file_is_whole_and_the_same_each_time(inv: Inventory, tmp_path: Path) -> None:
    first = build(tmp_path, page(inv, data(inv)))
    assert first == tmp_path / "var" / "report" / "index.html"
    content = first.read_bytes()
    assert build(tmp_path, page(inv, data(inv))).read_bytes() == content
    assert sorted(path.name for path in first.parent.iterdir()) == ["index.html", "report.json"]


def test_a_province_of_900_sites_stays_small(inv: Inventory) -> None:
    """15 platforms with 60 sites, ten checks each, one site in ten red: below 3 MB."""
    from tests.unit.report.province import enlarged

    large, given, diagnosis = enlarged(inv, 900)
    text = render(page(large, given, diagnosis))
    assert len(large.sites) == 900 and len(text.encode()) < 3_000_000


def test_everything_that_is_judged_has_words_in_both_languages(inv: Inventory) -> None:
    """A new check, layer or owner without a name here would show its id to people. Indicators are data: one that a
    province adds has its own title, in both languages when it is not listed."""
    checks = discover()
    assert {one.id for one in checks} <= words.CHECKS.keys()
    assert {one.layer for one in checks} | {one.layer for one in inv.indicators.indicators} <= words.LAYERS.keys()
    assert {one.owner for one in checks} <= words.OWNERS.keys()
    assert words.indicator("own", "自定") == Text("自定", "自定") == words.standard("own", "自定")


def test_every_site_of_an_old_host_has_a_name_beside_it_until_it_has_moved(inv: Inventory) -> None:
    old = [site for platform in inv.platforms for host in platform.old_hosts for site in host.sites]
    moved, stopped = old[0], old[1]
    log = [["2026-11-28T01:00:00Z", "moved", "served by web-changsha"]]
    moves = {
        moved.name: {"state": "moved", "facts": {"files": 19}, "log": log, "reason": ""},
        stopped.name: {"state": "back", "facts": {}, "log": log, "reason": EVIL},
    }
    found = page(inv, data(inv, moves=moves))
    assert {row.name: row.word for row in found.moves} == {
        **dict.fromkeys((site.name for site in old), "unknown"),
        moved.name: "pass",
        stopped.name: "fail",
    }
    assert found.moved == 1 and len(old) > 2
    text = render(found, "en")
    section = text.partition('<h2 id="moves">')[2].partition("</section>")[0]
    assert EVIL not in text and section.count("<tr><td>") == len(old)
    assert all(site.owner in section for site in old) and "back on its old host" in section
    assert tags(text)


def test_the_page_says_whose_pods_run_and_whose_are_only_marked_ready(inv: Inventory) -> None:
    without, found = render(page(inv, data(inv)), "en"), page(inv, data(inv, pods=["changsha", "hunan", "elsewhere"]))
    assert found.running == ("hunan", "changsha")
    html = render(found, "en")
    assert "hunan, changsha: real nodes" in html
    assert "simulated by KWOK (but for hunan, changsha)." in html
    assert "由 KWOK 模拟（湖南省、长沙市除外）。" in html
    assert "real nodes" not in without
    assert "simulated by KWOK." in without


def test_a_stand_in_for_an_edge_is_named(inv: Inventory) -> None:
    found = page(inv, data(inv, edges=["changsha"]))
    assert found.edges == ("changsha",)
    assert "changsha: the edge of the cluster is a stand-in" in render(found, "en")
    assert "the edge of the cluster is a stand-in" not in render(page(inv, data(inv)), "en")
