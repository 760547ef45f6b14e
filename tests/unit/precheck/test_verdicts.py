"""What the pre-check says about one wrong line: the pair, the family, the device, the cause, a packet."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ipv6.precheck.judge import Precheck, judge, network_of
from ipv6.precheck.rib import tables
from ipv6.precheck.verdict import Result
from tests.unit.precheck.world import OBJECT, Site, World, changed, world

NFT, LINUX, FRR = ("nftables", "inet jiyue"), ("linux", "network"), ("frr", "running-config")
VRP, COMWARE = ("huawei_vrp", "current-configuration"), ("h3c_comware", "current-configuration")


@pytest.fixture(scope="module")
def made() -> World:
    return world((Site(1, "frr"), Site(2, "huawei_vrp"), Site(3, "h3c_comware", lists=True)))


@pytest.fixture(scope="module")
def checker() -> Precheck:
    return Precheck()


CASES = {
    "a rule's port": (
        "fw1", NFT, 'oifname "data" ip6 saddr 3fff:10:100:2000::/52 ip6 daddr 3fff:10:100:3000::/52 tcp dport 5432',
        'oifname "data" ip6 saddr 3fff:10:100:2000::/52 ip6 daddr 3fff:10:100:3000::/52 tcp dport 5433',
        ("talk", "p1: app -> data", 6, "fw1", "app"), "no rule matches",
    ),
    "anti-spoofing": (
        "fw1", NFT, 'iifname "outside" ip6 saddr @inside6 drop', "",
        ("leak", "p1: extranet -> exchange", 6, "fw1", "outside"), "lets through",
    ),
    "errors for path MTU": (
        "pe3", COMWARE, " rule 6 permit icmpv6 icmp6-type 2\n", "",
        ("talk", "p3: app -> data", 6, "pe3", "GigabitEthernet0/0/2"), "inbound drops it",
    ),
    "a flow of one family": (
        "fw1", NFT, 'ip saddr 10.1.17.0/24 ip daddr 10.1.18.0/24 tcp dport 5432 accept', "counter",
        None, "",
    ),
    "IPv4 static route": (
        "pe1", FRR, "ip route 10.1.18.0/24 10.254.1.3", "ip route 10.1.18.0/24 10.254.1.0",
        ("ipv4", "pe1 -> 10.1.18.0", 4, "pe1", "to-core"), "the route to 10.1.18.0/24 was",
    ),
    "IPv6 static route": (
        "pe2", VRP, "ipv6 route-static 3fff:10:200:3000:: 52 3fff:10:200:2::3",
        "ipv6 route-static 3fff:10:200:3000:: 52 3fff:10:200:2::4",
        ("parity", "pe2 -> p2/data", 6, "pe2", "GigabitEthernet0/0/1"), "IPv4 has 10.2.18.0/24",
    ),
    "network statement": (
        "pe2", VRP, "  network 3fff:10:200:3000:: 52\n", "",
        ("parity", "core -> p2/data", 6, "core", "to-p2"), "IPv6 goes out of to-p1",
    ),
    "announced to the provider": (
        "pe1", FRR, "  network 3fff:ff1:100:1000::/52\n", "",
        ("talk", "internet -> p1/dmz", 6, "pe1", "to-inet"), "is not announced to the provider",
    ),
    "a list of Comware": (
        "pe3", COMWARE, "destination 3fff:10:300:3000::/64 destination-port eq 5432",
        "destination 3fff:10:300:3000::/64 destination-port eq 5431",
        ("talk", "p3: app -> data", 6, "pe3", "GigabitEthernet0/0/2"), "drops it",
    ),
    "a list that is not bound": (
        "pe3", COMWARE, " packet-filter ipv6 name jiyue-data-out outbound\n", "",
        ("leak", "p3: exchange -> data", 6, "pe3", "GigabitEthernet0/0/4"), "lets through",
    ),
    "forwarding": (
        "fw1", LINUX, "forward ipv6\n", "",
        ("talk", "p1/exchange -> core", 6, "fw1", "exchange"), "it does not forward IPv6",
    ),
    "a host's address": (
        "host1", LINUX, "addr app app 3fff:10:100:2000::10/64\n", "",
        ("address", "port host1 app", 6, "host1", ""), "is not on the device",
    ),
    "OSPFv3 on the core's link": (
        "pe2", VRP, " ospfv3 timer hello 1\n", " ospfv3 timer hello 2\n", None, "",
    ),
}  # fmt: skip


def ask(made: World, checker: Precheck, device: str, key: tuple[str, str], old: str, new: str) -> Result:
    text = made.after[device][key]
    assert old in text, text
    return checker.judge(made.before, changed(made.after, device, key, text.replace(old, new, 1)), made.spec)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_line_is_named(made: World, checker: Precheck, case: tuple[object, ...]) -> None:
    device, key, old, new, wanted, cause = case
    found = ask(made, checker, device, key, old, new)  # type: ignore[arg-type]
    if wanted is None:
        assert found.state != "pass"
        return
    assert found.state == "fail"
    told = {(one.kind, one.pair, one.family, one.device, one.interface): one for one in found.reasons}
    assert wanted in told, "\n".join(one.text for one in found.reasons)
    assert str(cause) in told[wanted].cause  # type: ignore[index]


@pytest.mark.parametrize(
    ("device", "key", "line"),
    [
        ("pe1", FRR, "route-map strange permit 10\n"),
        ("fw1", LINUX, "rule from all lookup 7\n"),
        ("pe2", VRP, "nat-policy strange\n"),
        ("pe3", COMWARE, "policy-based-route strange permit node 5\n"),
    ],
)
def test_what_is_not_known_is_never_a_pass(
    made: World, checker: Precheck, device: str, key: tuple[str, str], line: str
) -> None:
    text = made.after[device][key] + line
    found = checker.judge(made.before, changed(made.after, device, key, text), made.spec)
    assert found.state == "unknown"
    assert any(device in one for one in found.unknowns)


@pytest.mark.parametrize(
    ("device", "key", "old", "new"),
    [
        ("pe1", FRR, " ip ospf area 0\n", " ip ospf area 0.0.0.7\n"),
        ("pe1", FRR, " ipv6 ospf6 area 0\n", " ipv6 ospf6 area 7\n"),
        ("pe2", VRP, " area 0.0.0.0", " area 0.0.0.7"),
        ("pe3", COMWARE, " area 0.0.0.0", " area 0.0.0.7"),
    ],
)
def test_a_second_area_is_unknown_with_its_line(
    made: World, checker: Precheck, device: str, key: tuple[str, str], old: str, new: str
) -> None:
    """One of several interfaces in another area: whatever follows from that, it is not proven."""
    found = ask(made, checker, device, key, old, new)
    assert found.state != "pass"
    lines = [one for one in found.unknowns if one.startswith(f"{device}: ") and "several OSPF areas" in one]
    assert lines and any(new.strip() in one or old.strip() in one for one in lines), found.unknowns


def test_an_unknown_rule_makes_its_filter_unknown(made: World, checker: Precheck) -> None:
    found = ask(made, checker, "fw1", NFT, 'iifname "app"', 'meta mark 7 iifname "app"')
    assert found.state == "unknown"
    assert "meta mark 7" in found.unknowns[0]


def test_a_driver_without_parser_is_unknown(made: World) -> None:
    found = judge(made.before, changed(made.after, "core", ("strange", "x"), "a"), made.spec)
    assert found.state == "unknown" and "no parser for strange" in found.unknowns[0]


def test_a_witness_is_a_packet(made: World, checker: Precheck) -> None:
    found = ask(made, checker, "fw1", NFT, 'iifname "outside" ip6 saddr @inside6 drop', "")
    assert "->" in found.reasons[0].witness and "tcp" in found.reasons[0].witness
    assert found.reasons[0].text.startswith(found.reasons[0].pair)


def test_what_was_broken_before_is_a_note(made: World, checker: Precheck) -> None:
    """A gap in IPv4 that the change did not make is told and does not fail it."""
    old = 'iifname "app" oifname "data" ip saddr 10.1.17.0/24 ip daddr 10.1.18.0/24 tcp dport 5432 accept'
    before = changed(made.before, "fw1", NFT, made.before["fw1"][NFT].replace(old, ""))
    after = changed(made.after, "fw1", NFT, made.after["fw1"][NFT].replace(old, ""))
    found = checker.judge(before, after, made.spec)
    assert found.state == "pass"
    assert any("p1: app -> data IPv4" in one for one in found.notes)


@pytest.mark.parametrize("vendor,stays", [("frr", True), ("huawei_vrp", False), ("h3c_comware", False)])
def test_a_neighbour_without_an_address_speaks_from_its_link_local_one_where_it_has_one(
    vendor: str, stays: bool
) -> None:
    made = world((Site(1, vendor), Site(2, "frr")))
    key = (vendor, OBJECT[vendor])
    router = made.sites[0].router
    text = made.after[router][key]
    line = " ipv6 address 3fff:10:100:1::3/127\n"
    assert line in text
    texts = changed(made.after, router, key, text.replace(line, ""))
    fib = tables(network_of(texts, made.spec.wiring), 6).fibs["core"]
    loopback = fib.find(int(ip_address("3fff:10::1:1")))
    assert (loopback is not None and loopback.source == "ospf" and bool(loopback.hops)) is stays
