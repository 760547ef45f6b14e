"""The extranet after the change: planned addresses on interfaces, routing sessions of both families, filters."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from tests.acceptance.conftest import Record
from tests.acceptance.facts import Facts
from tests.acceptance.nft import accepted, default_policies, stateful


def missing(device: dict[str, Any], facts: Facts) -> list[str]:
    """Planned addresses that the device does not carry, as `interface address`."""
    carried = facts.addresses(device["name"])
    planned = [(f"{one['netns']}/{one['interface']}", one["address"]) for one in device["addresses"]]
    planned += [("/lo", address) for address in device["loopbacks"]]
    return [f"{where.strip('/')} {address}" for where, address in planned if address not in carried.get(where, set())]


def check_addresses(device: dict[str, Any], facts: Facts, record: Record) -> None:
    six = [one["address"] for one in device["addresses"] if ":" in one["address"]]
    lost = missing(device, facts)
    record.evidence(facts.evidence(device["name"]))
    record.measured(f"{len(six)} IPv6 addresses planned, {len(lost)} of both families missing")
    assert six, f"{device['name']}: no IPv6 address is planned"
    assert not lost, f"{device['name']} lacks {', '.join(lost)}"


@pytest.mark.requirement("extranet-addresses")
def test_planned_addresses_are_on_the_interfaces(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    check_addresses(device, facts, record)


@pytest.mark.requirement("extranet-addresses")
def test_shared_devices_carry_their_planned_addresses(plan: dict[str, Any], facts: Facts, record: Record) -> None:
    for device in plan["shared"]["devices"]:
        check_addresses(device, facts, record)


@pytest.mark.requirement("extranet-routing")
@pytest.mark.role("pe")
def test_bgp_sessions_of_both_families_are_established(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    states: dict[str, str] = {}
    for section in ("bgp4", "bgp6"):
        account = facts.json(device["name"], section)
        peers = account.get("ipv4Unicast", account.get("ipv6Unicast", account)).get("peers", {})
        states |= {address: f"{peer['state']}, {peer.get('pfxRcd', 0)} prefixes" for address, peer in peers.items()}
    record.evidence(facts.evidence(device["name"]))
    record.measured(states)
    assert any(":" in peer for peer in device["bgp"]), f"{device['name']}: no IPv6 neighbour is planned"
    for peer in device["bgp"]:
        state = states.get(str(ip_address(peer)), "no such neighbour")
        assert state.startswith("Established"), f"{device['name']} BGP neighbour {peer}: {state}"
        assert not state.endswith(" 0 prefixes"), f"{device['name']} BGP neighbour {peer} sends nothing"


@pytest.mark.requirement("extranet-routing")
@pytest.mark.role("pe")
def test_ospf_adjacencies_of_both_families_are_full(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    name = device["name"]
    four = {
        one["ifaceName"].partition(":")[0]: str(one.get("nbrState", one.get("state")))
        for several in facts.json(name, "ospf4")["neighbors"].values()
        for one in several
    }
    six = {one["interfaceName"]: str(one["state"]) for one in facts.json(name, "ospf6")["neighbors"]}
    record.evidence(facts.evidence(name))
    record.measured(f"OSPFv2 {four}, OSPFv3 {six}")
    assert device["ospf"], f"{name}: no adjacency is planned"
    for interface in device["ospf"]:
        for protocol, states in (("OSPFv2", four), ("OSPFv3", six)):
            state = states.get(interface, "no neighbour")
            assert state.startswith("Full"), f"{name} {interface} {protocol}: {state}"


@pytest.mark.requirement("boundary")
@pytest.mark.role("firewall")
def test_the_firewall_drops_by_default_in_both_families(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    policies = default_policies(facts.json(device["name"], "nft"))
    record.evidence(facts.evidence(device["name"]))
    record.measured(policies)
    for hook in ("input", "forward"):
        assert policies.get(("inet", hook)) == "drop", (
            f"{device['name']} {hook}: {policies.get(('inet', hook), 'open')}"
        )


@pytest.mark.requirement("boundary-state")
@pytest.mark.role("firewall")
def test_the_firewall_knows_connections(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    ruleset = facts.json(device["name"], "nft")
    record.evidence(facts.evidence(device["name"]))
    for chain in ("input", "forward"):
        known, invalid = stateful(ruleset, chain)
        record.measured(
            f"{chain}: known connections {'pass' if known else 'are not known'}, invalid dropped: {invalid}"
        )
        assert known, f"{device['name']} {chain}: no rule lets packets of known connections pass"
        assert invalid, f"{device['name']} {chain}: invalid packets are not dropped"


@pytest.mark.requirement("boundary")
@pytest.mark.role("firewall")
def test_every_allowed_flow_has_its_twin_in_the_other_family(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    four, six = accepted(facts.json(device["name"], "nft"))
    record.evidence(facts.evidence(device["name"]))
    record.measured(f"{len(four)} flows over IPv4, {len(six)} over IPv6")
    assert four, f"{device['name']}: no allowed flow at all"
    assert four == six, f"{device['name']}: only IPv4 {sorted(four - six)}, only IPv6 {sorted(six - four)}"


@pytest.mark.requirement("boundary")
@pytest.mark.role("firewall")
def test_the_firewall_forwards_ipv6(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    value = facts.of(device["name"])["forwarding"]
    record.measured(f"net.ipv6.conf.all.forwarding = {value}")
    record.evidence(facts.evidence(device["name"]))
    assert value == "1", f"{device['name']}: net.ipv6.conf.all.forwarding is {value}"
