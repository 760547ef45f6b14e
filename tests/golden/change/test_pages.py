"""The pages a reviewer reads, word for word; written anew with JIYUE_GOLDEN=write, then looked at and committed."""

from __future__ import annotations

import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ipv6.change.model import AddressPair, ChangeSet, DeviceChange, Limit, RecordChange, Risk, Step
from ipv6.change.render import html, markdown
from ipv6.drivers.registry import section

HERE = Path(__file__).parent
EVIL = '<script>alert("x")</script> | `tick` & \\ [a](javascript:x)'
ROUTE = "route 0.0.0.0/0 via 10.0.0.1\n"


def usual() -> ChangeSet:
    """One held and one deferred device, records in every state, zone rules of both families."""
    base = "addr outside 10.254.1.3/31\n" + ROUTE
    change = section("linux", "network", base, base + "addr outside 3fff:10:100:81::3/127\n")
    kept = section("linux", "network", ROUTE, ROUTE)
    record = RecordChange(
        "ns1", "changsha.gov.cn.", "www.changsha.gov.cn.", "AAAA", 300, (), ("3fff:ff1:100:1000::10",)
    )
    flow = {"source": "internet", "target": "dmz", "protocol": "tcp", "ports": [80, 443]}
    return ChangeSet(
        platform="changsha",
        environment="lab",
        claims=(),
        devices=(
            DeviceChange("fw-changsha", "firewall", "430100", (change,)),
            DeviceChange("zone-changsha", "zone-host", "430100", (kept,)),
            DeviceChange("pe-430121", "county-pe", "430121", (change,), "not in this environment"),
        ),
        records=(
            record,
            RecordChange(
                "ns1",
                "changsha.gov.cn.",
                "www.changsha.gov.cn.",
                "A",
                300,
                ("1.2.3.4",),
                ("1.2.3.4",),
                "already served",
            ),
        ),
        sites=(
            {
                "name": "www.changsha.gov.cn",
                "title": "长沙市人民政府门户网站",
                "owner": "长沙市人民政府办公室",
                "address4": "198.18.1.10",
                "address6": "3fff:ff1:100:1000::10",
            },
        ),
        stack={
            "flows": [flow],
            "prefixes": {"dmz": {"v4": ["198.18.1.0/24"], "v6": ["3fff:ff1:100:1000::/64"]}},
            "services4": "10.2.32.0/20",
        },
        inputs={"inventory/hunan/zones.yaml": "7a" * 32},
        addresses=(
            AddressPair("zone", "dmz", "198.18.1.0/24", "3fff:ff1:100:1000::/64"),
            AddressPair("link", "county-430121", "10.254.1.28/31", "3fff:10:100:85::/64", "not in this environment"),
        ),
        order=(Step("canary", "devices", ("fw-changsha",)), Step("canary", "records", ())),
        limits=(
            Limit("management-path", "fw-changsha", "1 lines of the management path change: addr mgmt", "exceeded"),
            Limit("ipv4-path", "fw-changsha", "2 of 2 IPv4 lines stay", "kept"),
            Limit("dns-create", "changsha.gov.cn.", "1 new record sets, at most 1000", "kept"),
        ),
        risks=(Risk("deferred", "devices", "1 devices are planned and rendered but not applied here"),),
    )


def nothing() -> ChangeSet:
    """A change set after everything was applied."""
    kept = section("linux", "network", ROUTE, ROUTE)
    return ChangeSet("hunan", "lab", (), (DeviceChange("fw-hunan", "firewall", "430000", (kept,)),), (), ())


def hostile() -> ChangeSet:
    """Text that tries to become markup wherever text is shown."""
    change = section("nginx", "/etc/nginx/jiyue.conf", "", f"# {EVIL}\n# ````\nserver {{\n}}\n")
    record = RecordChange(EVIL, EVIL, EVIL, "TXT", 300, (EVIL,), (EVIL,), EVIL)
    return ChangeSet(
        platform=EVIL,
        environment=EVIL,
        claims=(),
        devices=(DeviceChange(EVIL, EVIL, EVIL, (change,)), DeviceChange(EVIL, EVIL, EVIL, (change,), EVIL)),
        records=(record,),
        sites=(dict.fromkeys(("name", "title", "owner", "address4", "address6"), EVIL),),
        stack={"flows": [{"source": EVIL, "target": EVIL, "protocol": EVIL, "ports": []}], "note": EVIL},
        inputs={EVIL: EVIL},
        kind="field",
        addresses=(AddressPair(EVIL, EVIL, EVIL, EVIL),),
        order=(Step(EVIL, EVIL, (EVIL,)),),
        limits=(Limit(EVIL, EVIL, EVIL, EVIL),),
        risks=(Risk(EVIL, EVIL, EVIL),),
    )


RUNS = {"usual": {"services4": "10.2.48.0/20"}, "nothing": {}, "hostile": {"note": EVIL + "`````"}}
CASES = {"usual": usual, "nothing": nothing, "hostile": hostile}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["md", "html"])
def test_page(case: str, kind: str) -> None:
    """The page is the committed one."""
    change = CASES[case]()
    text = markdown(change, "wang", str, RUNS[case]) if kind == "md" else html(change, "wang", str, "en", RUNS[case])
    path = HERE / f"{case}.{kind}"
    if os.environ.get("JIYUE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep them."""
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)


def test_hostile_text_makes_no_markup() -> None:
    """No script, no link, no attribute beyond the template's own; the page needs nothing from outside."""
    usual_tags, hostile_tags = Tags(), Tags()
    usual_tags.feed(html(usual(), "wang"))
    hostile_tags.feed(html(hostile(), EVIL))
    assert hostile_tags.tags <= usual_tags.tags and hostile_tags.names <= usual_tags.names
    assert not {"script", "a", "img", "link", "iframe"} & usual_tags.tags
    assert not {"src", "href", "onclick"} & usual_tags.names


def test_hostile_text_stays_in_its_markdown_cell() -> None:
    """Every table row has as many cells as its head, and no diff closes its own fence."""
    inside, columns = "", 0
    for line in markdown(hostile(), EVIL).splitlines():
        if inside:
            inside = "" if line == inside else inside
        elif line.endswith("diff") and set(line[:-4]) == {"`"}:
            inside, columns = line[:-4], 0
        elif line.startswith("|"):
            cells = line.replace("\\\\", "").replace("\\|", "").count("|")
            columns = columns or cells
            assert cells == columns, line
            assert "<script" not in line.replace("\\<", "")
        else:
            columns = 0
    assert not inside


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\r", "\x1b", "\u2028"])
def test_nothing_is_hidden_from_the_reviewer(hidden: str) -> None:
    """A direction mark or a control character is spelt out where it stands (CVE-2021-42574)."""
    change = section("nginx", "/etc/nginx/jiyue.conf", "", "")
    change = replace(change, base="allow 1\n", intended=f"allow {hidden}1\n--- gone\n", keep="")
    whole = replace(usual(), devices=(DeviceChange("fw", "firewall", "430100", (change,)),))
    for page in (markdown(whole), html(whole)):
        assert hidden not in page.replace("\r\n", "\n")
        assert f"U+{ord(hidden):04X}" in page and "--- gone" in page


def test_translated() -> None:
    """Labels go through the caller's catalogue, data does not."""
    page = html(usual(), "wang", lambda text: {"Digest": "摘要"}.get(text, text), "zh")
    assert "<th>摘要</th>" in page and '<html lang="zh">' in page and "www.changsha.gov.cn." in page
