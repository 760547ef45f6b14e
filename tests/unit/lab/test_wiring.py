"""From links to veth pairs and bridges."""

from __future__ import annotations

from lab.wiring import MGMT_BRIDGE, mac, plan

from .specs import pair


def test_every_host_has_an_isolated_management_port() -> None:
    ports = [port for port in plan(pair()).ports if port.bridge == MGMT_BRIDGE]
    assert [(port.end.host, port.end.name, port.isolated) for port in ports] == [
        ("left", "mgmt0", True),
        ("right", "mgmt0", True),
    ]


def test_a_p2p_link_is_one_pair_of_its_two_ends() -> None:
    (wire,) = plan(pair()).pairs
    assert (wire.left.host, wire.right.host, wire.mtu) == ("left", "right", 1500)


def test_a_lan_is_a_bridge_whose_ports_are_not_isolated() -> None:
    wiring = plan(pair())
    assert ("b1", 1400) in wiring.bridges
    (port,) = [port for port in wiring.ports if port.bridge == "b1"]
    assert (port.end.host, port.end.netns, port.mtu, port.isolated) == ("right", "dmz", 1400, False)


def test_port_names_are_unique_and_short_enough_for_the_kernel() -> None:
    names = [port.port for port in plan(pair()).ports]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 15


def test_hardware_addresses_are_stable_local_and_differ() -> None:
    assert mac("left", None, "eth0") == mac("left", None, "eth0")
    assert mac("left", None, "eth0") != mac("left", "dmz", "eth0")
    assert int(mac("left", None, "eth0").split(":")[0], 16) & 3 == 2  # local, unicast
