"""Device intents: the IPv4 part never depends on IPv6, and IPv6 is complete where it is planned."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import InputError
from inventory.model import Inventory
from ipv6.plan.build import intents
from ipv6.plan.intent import DeviceIntent
from ipv6.plan.plan import PlanResult
from ipv6.plan.records import owner_of, records
from ipv6.plan.stack import stack_values

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "plan"


def only_ipv4(value: Any) -> Any:
    """The intent as data without anything that is IPv6: addresses, peers, routes and empty remains."""
    if isinstance(value, dict):
        if ":" in str(value.get("address", "")) or ":" in str(value.get("prefix", "")):
            return None
        return {key: "" if key == "address6" else only_ipv4(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [kept for one in value if (kept := only_ipv4(one)) is not None]
    if isinstance(value, str) and ":" in value:
        return None
    return value


def test_the_ipv4_part_is_the_same_with_and_without_ipv6(hunan: Inventory, planned: PlanResult) -> None:
    four, both = intents(hunan, None), intents(hunan, planned.by_key)
    assert four.keys() == both.keys() == hunan.devices.keys()
    for name in four:
        assert only_ipv4(dataclasses.asdict(both[name])) == json.loads(json.dumps(dataclasses.asdict(four[name]))), name


def test_without_claims_nothing_speaks_ipv6(hunan: Inventory) -> None:
    text = json.dumps([dataclasses.asdict(intent) for intent in intents(hunan, None).values()])
    assert "3fff" not in text and "::/0" not in text
    assert all(one.type != "AAAA" for one in records(hunan, None))


def test_every_ipv4_address_has_its_ipv6_twin(hunan: Inventory, planned: PlanResult) -> None:
    for intent in intents(hunan, planned.by_key).values():
        for addresses in (*(port.addresses for port in intent.ports), intent.loopbacks):
            assert sum(":" in one for one in addresses) * 2 == len(addresses), intent.name
        assert sum(":" in route.prefix for route in intent.routes) * 2 == len(intent.routes), intent.name
        assert all((":" in route.prefix) == (":" in route.via) for route in intent.routes), intent.name
        if intent.bgp:
            assert sum(":" in peer.address for peer in intent.bgp.peers) * 2 == len(intent.bgp.peers), intent.name
        assert all(site.address6 for site in intent.sites)


def test_a_held_device_leaves_out_links_to_devices_that_are_not_held(hunan: Inventory) -> None:
    found = intents(hunan, None)
    assert [port.name for port in found["pe-changsha"].ports] == ["to-core", "to-fw"]
    assert [port.name for port in found["pe-430102"].ports] == ["to-city"]
    assert not [peer for peer in found["core"].bgp.peers if peer.description.startswith("pe-43")]  # type: ignore[union-attr]


def test_the_provider_is_a_neighbour_in_each_family_that_is_planned(hunan: Inventory, planned: PlanResult) -> None:
    def provider(found: dict[str, DeviceIntent]) -> list[str]:
        return [peer.address for peer in found["pe-hunan"].bgp.peers if peer.asn == 65500]  # type: ignore[union-attr]

    assert provider(intents(hunan, None)) == ["198.19.255.0"]
    assert provider(intents(hunan, planned.by_key)) == ["198.19.255.0", "3fff:ff0:0:1::2"]


def test_the_core_reflects_both_families_for_every_pe(hunan: Inventory, planned: PlanResult) -> None:
    bgp = intents(hunan, planned.by_key)["core"].bgp
    assert bgp is not None and len(bgp.peers) == 30
    assert all(peer.reflector_client and peer.from_loopback and not peer.next_hop_self for peer in bgp.peers)
    assert bgp.networks == ()


def test_a_missing_claim_is_named(hunan: Inventory, planned: PlanResult) -> None:
    less = {key: prefix for key, prefix in planned.by_key.items() if key != "loopback/core"}
    with pytest.raises(InputError, match="no claim for loopback/core"):
        intents(hunan, less)


def test_records_have_one_owner_each(hunan: Inventory, planned: PlanResult) -> None:
    found = records(hunan, planned.by_key)
    keys = [(one.zone, one.name, one.type) for one in found]
    assert len(set(keys)) == len(keys)
    owners = {(one.zone, one.name, one.type): owner_of(one) for one in found}
    assert owners["zjj.gov.cn.", "www.zjj.gov.cn.", "AAAA"] == "zhangjiajie"
    assert owners["zjj.gov.cn.", "zjj.gov.cn.", "NS"] == "shared"
    assert owners["gov.cn.", "ns1.hunan.gov.cn.", "AAAA"] == "shared"
    assert owners["hunan.gov.cn.", "ns2.hunan.gov.cn.", "A"] == "shared"
    # A server in a city appears with its city, in its zone and as glue.
    assert (
        owners["hunan.gov.cn.", "ns3.hunan.gov.cn.", "AAAA"]
        == owners["gov.cn.", "ns3.hunan.gov.cn.", "A"]
        == "changsha"
    )
    assert owners["changsha.gov.cn.", "pe-changsha.net.changsha.gov.cn.", "AAAA"] == "changsha"
    routers = sum(one.type == "AAAA" and ".net." in one.name for one in found)
    assert sum(one.type == "AAAA" for one in found) == len(hunan.sites) + 8 + routers and routers == 16
    assert {owner for (_, _, kind), owner in owners.items() if kind == "PTR"} == {"shared"}
    glue = next(one for one in found if (one.zone, one.name, one.type) == ("gov.cn.", "ns1.hunan.gov.cn.", "AAAA"))
    assert glue.rdata == ("3fff:ff1:0:1000::21",) and glue.ttl == 300


def test_stack_values_pair_the_families(hunan: Inventory, planned: PlanResult) -> None:
    city = stack_values(hunan, planned.by_key, "changsha")
    assert json.loads(json.dumps(city)) == city
    assert city["prefixes"]["dmz"] == {"v4": ["198.18.1.0/24"], "v6": ["3fff:ff1:100:1000::/52"]}  # type: ignore[index]
    assert city["services6"] == "3fff:10:100:7000::/64"
    assert list(city["library_peers"]) == ["hunan"]  # type: ignore[call-overload]
    assert len(stack_values(hunan, planned.by_key, "hunan")["library_peers"]) == 14  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no platform 'atlantis'"):
        stack_values(hunan, planned.by_key, "atlantis")


@pytest.mark.parametrize("platform", ["changsha", "hunan", "shared"])
def test_intents_are_those_on_record(hunan: Inventory, planned: PlanResult, platform: str) -> None:
    """Golden: `JIYUE_WRITE_GOLDEN=1` writes them anew; read the difference before committing it."""
    found = [
        dataclasses.asdict(intent)
        for name, intent in sorted(intents(hunan, planned.by_key).items())
        if intent.platform == platform and hunan.holds(hunan.devices[name])
    ]
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    path = GOLDEN / f"{platform}.json"
    if os.environ.get("JIYUE_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
