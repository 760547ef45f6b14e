"""A profile reaches every device of its kind and nobody else, the same in both families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.profile import Management, Profile, Vpn
from inventory.vocab import Role
from ipv6.drivers import registry
from ipv6.plan.build import intents
from ipv6.plan.build_profile import net_of
from ipv6.plan.plan import PlanResult


def with_profile(inv: Inventory, drivers: Mapping[str, tuple[str, ...]] | None = None, **fields: Any) -> Inventory:
    """The province with one more profile for PEs and county routers, and other drivers on some devices."""
    platforms = tuple(
        platform.model_copy(
            update={
                "devices": tuple(
                    device.model_copy(update={"drivers": (drivers or {}).get(device.name, device.drivers)})
                    for device in platform.devices
                )
            }
        )
        for platform in inv.platforms
    )
    profile = Profile(roles=(Role.PE, Role.COUNTY_PE), drivers=("huawei_vrp", "h3c_comware"), **fields)
    network = inv.network.model_copy(update={"profiles": {"own": profile}})
    every = {name: getattr(inv, name) for name in Inventory.model_fields}
    # A copy of the model would bring along what was looked up in the old one.
    return Inventory.model_construct(**{**every, "network": network, "platforms": platforms})


def test_the_county_routers_of_the_vendors_check_their_uplink(hunan: Inventory, planned: PlanResult) -> None:
    for claims in (None, planned.by_key):
        for intent in intents(hunan, claims).values():
            vendor = intent.drivers[0] in ("huawei_vrp", "h3c_comware")
            assert {port.urpf for port in intent.ports} == ({"strict"} if vendor else {""}), intent.name


def test_management_speaks_both_families_and_ipv4_first(hunan: Inventory, planned: PlanResult) -> None:
    wanted = Management(snmp=("ops",), ntp=("ops", "ns1"), aaa="hwtacacs", aaa_servers=("ops",))
    inv = with_profile(hunan, management=wanted)
    four, both = intents(inv, None)["pe-430103"].management, intents(inv, planned.by_key)["pe-430103"].management
    assert four is not None and both is not None
    assert four.ntp == ("10.1.19.5", "198.18.0.21")
    assert both.ntp[:2] == four.ntp and all(":" in one for one in both.ntp[2:]) and len(both.ntp) == 4
    assert (both.aaa, both.location) == ("hwtacacs", hunan.region_by_code["430103"].name)
    text = registry.driver("huawei_vrp").render(intents(inv, planned.by_key)["pe-430103"])["current-configuration"]
    assert "ntp-service unicast-server ipv6 3fff:" in text


def test_a_server_that_is_nobody_is_named(hunan: Inventory) -> None:
    inv = with_profile(hunan, management=Management(ntp=("clock",)))
    with pytest.raises(InputError, match="its profile names the server clock, which is none"):
        intents(inv, None)


def test_the_zone_matrix_on_a_vendors_pe_is_that_of_its_firewall(hunan: Inventory, planned: PlanResult) -> None:
    drivers = {"pe-changsha": ("huawei_vrp",)}
    inv = with_profile(hunan, drivers, zone_filter=True)
    found = intents(inv, planned.by_key)
    pe, firewall = found["pe-changsha"], found["fw-changsha"].firewall
    assert firewall is not None
    assert [(port.name, port.acl_in, port.acl_out) for port in pe.ports if port.acl_in] == [
        ("to-fw", "from-zones", "to-zones")
    ]
    into = next(one for one in pe.access_lists if one.name == "to-zones")
    for family in (4, 6):
        rules = [rule for rule in into.rules if rule.family == family]
        assert rules[-1].action == "deny" and rules[-1].protocol == "ip"
        targets = {rule.target for rule in rules if rule.action == "permit" and rule.kind != "errors"}
        zones = {prefix for zone in firewall.zones for prefix in zone.prefixes if (":" in prefix) == (family == 6)}
        assert targets and targets <= zones
    mirrored = [
        (rule.action, rule.protocol, rule.source_port, rule.target_port, rule.kind)
        for rule in into.rules
        if rule.family == 4 and rule.kind != "errors"
    ]
    six = [
        (rule.action, rule.protocol, rule.source_port, rule.target_port, rule.kind)
        for rule in into.rules
        if rule.family == 6 and rule.kind != "errors"
    ]
    assert mirrored == six
    assert not intents(inv, None)["pe-430103"].access_lists


def test_isis_and_vpns(hunan: Inventory, planned: PlanResult) -> None:
    inv = with_profile(hunan, routing="isis", vpns=(Vpn(name="egov-private", number=100),))
    pe = intents(inv, planned.by_key)["pe-430103"]
    assert pe.isis is not None and pe.isis.net == net_of(inv.devices["pe-430103"]) == "49.0001.0102.5510.1002.00"
    assert [port.routing for port in pe.ports] == ["isis"]
    assert pe.bgp is not None
    assert [(peer.address, peer.vpn_routes) for peer in pe.bgp.peers if peer.vpn_routes] == [("10.255.0.1", True)]
    assert (pe.vpns[0].distinguisher, pe.vpns[0].imports) == ("10.255.101.2:100", ("64512:100",))
    text = registry.driver("h3c_comware").render(intents(inv, planned.by_key)["pe-430104"])["current-configuration"]
    assert "\n address-family vpnv6\n  peer 10.255.0.1 enable\n" in text and "ospf" not in text
