"""The provider's session: what it may send, what it is told, and what only the lab lets through."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from inventory.model import Inventory
from ipv6.plan.build import intents
from ipv6.plan.intent import PrefixList
from ipv6.plan.plan import PlanResult
from ipv6.plan.provider import BOGONS, LAB_BLOCKS, provider_lists

OWN = ("198.18.1.0/24", "3fff:ff1::/32")
EXTRANET = ("10.0.0.0/8", "3fff:10::/28")


def passes(one: PrefixList, prefix: str) -> bool:
    """First match decides, as a router does it."""
    net = ip_network(prefix)
    for rule in one.rules:
        place = ip_network(rule.prefix)
        longest = rule.longest or place.prefixlen
        if place.version == net.version and place.prefixlen <= net.prefixlen <= longest and net.subnet_of(place):  # type: ignore[arg-type]
            return rule.action == "permit"
    return False


@pytest.mark.parametrize("kind", ["lab", "field"])
def test_the_default_route_and_the_internet_come_in_our_own_space_does_not(kind: str) -> None:
    received, _ = provider_lists(OWN, EXTRANET, kind)
    for prefix in ("0.0.0.0/0", "::/0", "1.2.3.0/24", "2400::/12", "240e:1::/48"):
        assert passes(received, prefix), prefix
    for prefix in (*OWN, *EXTRANET, "198.18.1.128/25", "3fff:ff1:1::/48", "10.1.0.0/16", "1.2.3.0/25", "2400::/49"):
        assert not passes(received, prefix), prefix
    assert not passes(received, "fe80::/10") and not passes(received, "fc00::/7")


def test_bogons_stay_out_in_the_field_and_the_lab_exempts_its_own_internet_only() -> None:
    field, lab = (provider_lists(OWN, EXTRANET, kind)[0] for kind in ("field", "lab"))
    for prefix, _ in BOGONS:
        assert not passes(field, prefix), prefix
    assert [block for block in LAB_BLOCKS if passes(field, block)] == []
    assert passes(lab, "198.19.0.0/24") and passes(lab, "3fff:ff2::/32")
    for prefix, _ in BOGONS:
        assert passes(lab, prefix) == (prefix == "198.18.0.0/15"), prefix


def test_the_provider_is_told_the_internet_plane_and_nothing_of_the_extranet(
    hunan: Inventory, planned: PlanResult
) -> None:
    for claims in (None, planned.by_key):
        found = intents(hunan, claims)
        _, told = found["pe-hunan"].prefix_lists
        heard = [prefix for one in found.values() if one.bgp for prefix in one.bgp.networks]
        out = {prefix for prefix in heard if passes(told, prefix)}
        assert len(out) == 15 * (2 if claims else 1)
        assert all(prefix.startswith(("198.18.", "3fff:ff1:")) for prefix in out)
        assert any(prefix.startswith("10.") for prefix in heard)
        others = [one for name, one in found.items() if name != "pe-hunan"]
        assert not any(one.prefix_lists for one in others)


def test_without_ipv6_nothing_of_it_is_listed(hunan: Inventory) -> None:
    rules = [rule for one in intents(hunan, None)["pe-hunan"].prefix_lists for rule in one.rules]
    assert rules and not any(":" in rule.prefix for rule in rules)
