"""Facts come from the approved bytes, agree with the inventory, and are the same whatever the order."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Address

import pytest

from inventory.errors import InputError
from inventory.model import SHARED
from ipv6.change.digest import digest
from ipv6.change.plan import derive
from ipv6.verify.check import discover
from jiyue.i18n import set_language
from jiyue.scheme import checks, reading
from jiyue.scheme.data import from_json, to_json
from jiyue.scheme.document import document
from jiyue.scheme.gather import gather
from jiyue.scheme.text_service import shown
from tests.unit.change.province import composed, inventory, prepared
from tests.unit.scheme.samples import NOW, strings, today

PLATFORMS = (SHARED, "hunan", "changsha")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_digest_and_counts(platform: str) -> None:
    """The digest is the change set's and the counts are those of its plan."""
    change, facts = composed(platform), today(platform)
    assert facts.digest == digest(change)
    plan = derive(change)
    assert facts.create + facts.update + facts.delete == len(plan.changes)
    assert facts.create + facts.update + facts.delete + facts.keep == len(plan.items)
    assert {one.name for one in facts.devices} == {one.device for one in change.devices}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_rollback_is_the_approved_text(platform: str) -> None:
    """Every reverse command stands in the facts, word for word, with the hash it returns to."""
    sections = [(d.device, s.object, s.reverse, s.base_hash) for d in composed(platform).devices for s in d.sections]
    told = [(one.device, one.object, one.commands, one.base) for one in today(platform).reverses]
    assert sorted(told) == sorted(sections)


def test_same_bytes_for_any_order() -> None:
    """The order in which the ledger is read leaves no trace; reading the JSON back gives the same value."""
    change, claims = composed("changsha"), dict(prepared().by_key)
    turned = dict(reversed(claims.items()))
    one = gather(change, inventory(), claims, "王工", NOW, change.inputs)
    two = gather(change, inventory(), turned, "王工", NOW, change.inputs)
    assert to_json(one) == to_json(two)
    assert from_json(to_json(one)) == one


def test_moved_inputs_are_named() -> None:
    """A file that changed since is named in facts and document."""
    set_language("en")
    change = composed("changsha")
    now = {**change.inputs, "inventory/hunan/zones.yaml": "0" * 64}
    facts = gather(change, inventory(), prepared().by_key, inputs=now)
    assert facts.moved == ("inventory/hunan/zones.yaml",)
    assert any("inventory/hunan/zones.yaml" in text for text in strings(document(facts)))
    assert "inputs-moved" in {one.id for one in facts.risks}
    assert today("changsha").moved == ()


def test_fields_rebuild_the_address() -> None:
    """The fields touch, cover 128 bits and their digits are the address."""
    for platform in PLATFORMS:
        for example in today(platform).examples:
            assert example.fields[0].first == 0 and example.fields[-1].last == 127
            pairs = zip(example.fields, example.fields[1:], strict=False)
            assert all(left.last + 1 == right.first for left, right in pairs)
            assert int("".join(one.digits for one in example.fields), 16) == int(IPv6Address(example.address))


def test_a_site_reads_from_left_to_right() -> None:
    """City, zone and site are told from the ledger."""
    example = today("changsha").examples[0]
    told = {one.name_en: one.value for one in example.fields}
    assert told["city"] == "430100 长沙市"
    assert told["use"].startswith("dmz")
    assert told["interface identifier"] == "www.changsha.gov.cn"


def test_twins() -> None:
    """All flows are twins; one whose IPv6 prefix is gone is told as alone, and said in the document."""
    set_language("en")
    facts = today("changsha")
    assert facts.twins and {one.state for one in facts.twins} == {"twin"}
    change = composed("changsha")
    prefixes = {**change.stack["prefixes"], "app": {"v4": ["10.2.16.0/24"], "v6": []}}  # type: ignore[dict-item]
    lame = replace(change, stack={**change.stack, "prefixes": prefixes})
    broken = gather(lame, inventory(), prepared().by_key)
    alone = [one for one in broken.twins if one.state == "ipv4-only"]
    assert alone and all("app" in (one.source, one.target) for one in alone)
    words = strings(document(broken))
    assert f"{len(alone)} of {len(broken.twins)} rules lack their twin." in words


def test_who_reviews() -> None:
    """The reviewing unit is another one than the proposing unit; what all share needs people from two units."""
    city = {one.part: one.unit for one in today("changsha").duties}
    assert city["author"] == "长沙市人民政府办公室"
    assert city["reviewer"] not in ("", city["author"])
    assert today(SHARED).review.reviewers == 2
    assert len([one for one in today(SHARED).duties if one.part == "reviewer"]) == 2


def test_every_check_has_words() -> None:
    """A new check or limit without a sentence for those who sign is an error here."""
    set_language("en")
    assert [one.id for one in discover() if checks.criterion(one.id) == one.id] == []
    assert [one.id for one in inventory().indicators.limits if checks.limit_name(one.id) == one.id] == []


TEXTS = {
    "frr": (
        "interface lo\n ipv6 address 3fff::1/128\n ipv6 ospf6 area 0\nrouter bgp 1\n neighbor 3fff::2 remote-as 1\n"
        " address-family ipv6 unicast\n  network 3fff:10::/52\nipv6 route 3fff:1::/52 3fff::3\n",
        (1, ("OSPFv3", "BGP IPv6"), ("3fff::2",), ("3fff:10::/52",), 1),
    ),
    "vrp": (
        "interface GE0/0/1\n ipv6 address 3fff::1/127\n ospfv3 1 area 0.0.0.0\nbgp 1\n peer 3fff::2 as-number 1\n"
        " ipv6-family unicast\n  network 3fff:10:: 52\nipv6 route-static 3fff:1:: 52 3fff::3\n",
        (1, ("OSPFv3", "BGP IPv6"), ("3fff::2",), ("3fff:10::/52",), 1),
    ),
    "isis": ("interface a\n isis ipv6 enable 1\n", (0, ("IS-IS IPv6",), (), (), 0)),
    "vpn": ("bgp 1\n ipv6-family vpnv6\n", (0, ("BGP VPNv6",), (), (), 0)),
    "nothing": ("router ospf\n network 10.0.0.0/8 area 0\n neighbor 10.0.0.1 remote-as 1\n", (0, (), (), (), 0)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_reading(name: str) -> None:
    """What a router's text says about IPv6, in the words of each vendor."""
    text, wanted = TEXTS[name]
    found = (
        reading.interfaces(text),
        reading.protocols(text),
        reading.neighbours(text),
        reading.announced(text),
        reading.statics(text),
    )
    assert found == wanted


LINES = {
    "ip address 10.1.2.3/31": (True, False),
    "addr app 3fff:10:100:2000::1/64": (False, True),
    "route ::/0 via 3fff::2": (False, True),
    "version 1.2.3.4.5": (False, False),
    "time 12:30:15": (False, False),
    "add_header X 999.1.1.1;": (False, False),
    "neighbor ::ffff:10.0.0.1 activate": (False, False),
}


@pytest.mark.parametrize("line", LINES)
def test_families_of_a_line(line: str) -> None:
    """Whether a line names an address of a family; what only looks like one does not count."""
    assert (reading.has_four(line), reading.has_six(line)) == LINES[line]


BROKEN = {
    "empty": "",
    "list": "[]",
    "other schema": '{"schema": "jiyue/scheme/9"}',
    "unknown key": "+more",
    "wrong type": "+timer",
}


@pytest.mark.parametrize("case", BROKEN)
def test_json_is_read_strictly(case: str) -> None:
    """Anything that is not exactly a scheme is refused as input, never with a traceback."""
    text = BROKEN[case]
    if text == "+more":
        text = to_json(today("hunan")).replace('"author"', '"more": 1, "author"', 1)
    if text == "+timer":
        text = to_json(today("hunan")).replace('"timer": 180', '"timer": "180"', 1)
    with pytest.raises(InputError):
        from_json(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("10.1.18.198.in-addr.arpa.", "198.18.1.10"),
        (f"{IPv6Address('3fff:ff1:100:1000::10').reverse_pointer}.", "3fff:ff1:100:1000::10"),
        ("10.in-addr.arpa.", "10.in-addr.arpa."),
        ("www.changsha.gov.cn.", "www.changsha.gov.cn."),
    ],
)
def test_a_reverse_name_is_read_as_its_address(name: str, text: str) -> None:
    assert shown(name) == text
