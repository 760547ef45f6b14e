"""Reverse zones: cut where labels end, every PTR with its address, nothing of them where the environment names none."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.environment import Environment
from inventory.model import Inventory
from ipv6.plan.lookup import Lookup
from ipv6.plan.plan import make_plan
from ipv6.plan.records import owner_of, records
from ipv6.plan.reverse import own_zones, pointer, reverse_zones, zone_name, zone_of

ENV = {"name": "x", "title": "x", "kind": "lab", "holds": (), "blocks": ()}


@pytest.mark.parametrize(
    ("prefix", "zone"),
    [
        (IPv4Network("10.0.0.0/8"), "10.in-addr.arpa."),
        (IPv4Network("198.18.0.0/16"), "18.198.in-addr.arpa."),
        (IPv6Network("3fff:10::/28"), "1.0.0.f.f.f.3.ip6.arpa."),
        (IPv6Network("3fff:ff1::/32"), "1.f.f.0.f.f.f.3.ip6.arpa."),
    ],
    ids=str,
)
def test_a_zone_is_named_after_its_prefix(prefix: IPv4Network | IPv6Network, zone: str) -> None:
    assert zone_name(prefix) == zone
    assert f".{pointer(str(prefix[1]))}".endswith(f".{zone}")


@given(st.integers(0, 2**128 - 1), st.integers(1, 32))
def test_an_address_is_in_the_zone_of_each_prefix_around_it(number: int, nibbles: int) -> None:
    address = IPv6Address(number)
    prefix = IPv6Network((number, nibbles * 4), strict=False)
    assert f".{pointer(str(address))}".endswith(f".{zone_name(prefix)}")


@pytest.mark.parametrize(("key", "text"), [("reverse4", "10.0.0.0/9"), ("reverse6", "3fff::/27"),
                                           ("reverse4", "0.0.0.0/0")])  # fmt: skip
def test_a_prefix_without_a_zone_of_its_own_is_refused(key: str, text: str) -> None:
    with pytest.raises(ValueError, match="has no reverse zone of its own; write a prefix"):
        Environment.model_validate({**ENV, key: (text,)})


def test_every_name_has_its_address_and_every_address_of_ours_its_name(hunan: Inventory) -> None:
    """RFC 1912 2.1, over the whole province in both families; what several sites share answers to the portal's name."""
    inv = hunan
    canary = inv.platform_by_name["changsha"]
    others = {f"{site.name}." for site in canary.sites if site.name != canary.portal}
    sets = records(inv, make_plan(inv).by_key)
    forward = {(one.name, data) for one in sets if one.type in ("A", "AAAA") for data in one.rdata}
    back = {(one.rdata[0], one.name) for one in sets if one.type == "PTR"}
    assert len(back) > 150 and all(len(one.rdata) == 1 for one in sets if one.type == "PTR")
    edge = pointer(Lookup(inv, make_plan(inv).by_key).entered6(canary))
    assert back == {(name, pointer(data)) for name, data in forward} - {(name, edge) for name in others}
    assert (f"{canary.portal}.", edge) in back
    assert {owner_of(one) for one in sets if one.type == "PTR"} == {"shared"}
    assert {one.zone for one in sets if one.type == "PTR"} == set(reverse_zones(inv))
    day0 = records(inv, None)
    assert not [one for one in day0 if one.name.endswith("ip6.arpa.") and one.type == "PTR"]
    assert [one for one in day0 if one.zone == "10.in-addr.arpa." and one.type == "PTR"]


def test_without_reverse_prefixes_there_is_nothing_of_it(hunan: Inventory) -> None:
    whole = hunan
    field = whole.environment.model_copy(update={"reverse4": (), "reverse6": ()})
    values = {name: getattr(whole, name) for name in Inventory.model_fields}
    inv = Inventory(**{**values, "environment": field})
    assert len(own_zones(inv)) == len(inv.platforms) and zone_of(inv, "3fff:ff1::1") == ""
    kept = records(inv, make_plan(inv).by_key)
    assert {one.type for one in kept} == {"A", "AAAA", "NS"} and not [one for one in kept if ".net." in one.name]
