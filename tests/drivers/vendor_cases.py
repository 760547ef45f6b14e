"""Intents of vendor routers, case by case; each has a folder of golden texts per driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ipv6.plan.intent import (
    Bgp,
    DeviceIntent,
    Isis,
    Management,
    Peer,
    Port,
    PrefixList,
    Route,
    Vpn,
)
from ipv6.plan.provider import provider_lists
from ipv6.zones.access import access_list
from tests.drivers import samples

Step = Literal["before", "after"]
HARDWARE = {"huawei_vrp": "GigabitEthernet0/1/{}", "h3c_comware": "GigabitEthernet1/0/{}"}
DRIVERS = tuple(HARDWARE)
PREFIXES = {
    "dmz": ("198.18.1.0/24", "3fff:ff1:100:1000::/52"),
    "app": ("10.2.16.0/24", "3fff:10:100:2000::/52"),
    "data": ("10.2.17.0/24", "3fff:10:100:3000::/52"),
    "exchange": ("10.2.18.0/24", "3fff:10:100:4000::/52"),
    "extranet": ("10.0.0.0/8", "3fff:10::/28"),
}
ZONES = frozenset({"dmz", "app", "data", "exchange"})


def county(driver: str, dual: bool) -> DeviceIntent:
    """A county's router: one uplink to the city, strict uRPF on it."""
    peers = [Peer("10.255.0.1", 64512, "core", from_loopback=True, next_hop_self=True)]
    if dual:
        peers.append(Peer("3fff:10::1", 64512, "core", from_loopback=True, next_hop_self=True))
    uplink = samples.both(dual, "10.254.1.19/31", "3fff:10:100:400::3/127")
    return DeviceIntent(
        name="pe-430103",
        role="county-pe",
        region="430103",
        platform="changsha",
        drivers=(driver,),
        mgmt4="192.168.245.117",
        loopbacks=samples.both(dual, "10.255.101.2/32", "3fff:10:103::101:2/128"),
        ports=(Port("to-city", uplink, "county-430103", "ospf", hardware=HARDWARE[driver].format(0), urpf="strict"),),
        bgp=Bgp(64512, "10.255.101.2", tuple(peers), ()),
    )


def pe(driver: str, dual: bool) -> DeviceIntent:
    """A PE with a core link, a firewall link and a provider."""
    return samples.vendor_router(driver, dual)


def pe_dual(driver: str, step: Step) -> DeviceIntent:
    """IPv6 beside IPv4 on a PE."""
    return pe(driver, step == "after")


def county_dual(driver: str, step: Step) -> DeviceIntent:
    """IPv6 beside IPv4 on a county's router."""
    return county(driver, step == "after")


def v4_only(driver: str, step: Step) -> DeviceIntent:
    """A new static route and another description, without a word of IPv6."""
    base = pe(driver, False)
    if step == "before":
        return base
    ports = (replace(base.ports[0], description="core, second rack"), *base.ports[1:])
    return replace(base, ports=ports, routes=(*base.routes[:1], Route("10.3.0.0/16", "10.254.0.3")))


def vpn(driver: str, step: Step) -> DeviceIntent:
    """A VPN instance of the private plane with a port bound to it, VPNv4 and VPNv6 routes with the core."""
    base = pe(driver, True)
    if step == "before":
        return base
    assert base.bgp is not None
    peers = (replace(base.bgp.peers[0], vpn_routes=True), *base.bgp.peers[1:])
    own = Vpn("egov-private", "64512:430100", ("64512:100",), ("64512:100",), ("10.9.1.0/24", "3fff:11:100:2000::/52"))
    port = Port("private", ("10.9.0.1/31", "3fff:11:100::3/127"), "private", hardware=HARDWARE[driver].format(3))
    routes = (
        Route("10.9.1.0/24", "10.9.0.0", vpn=own.name),
        Route("3fff:11:100:2000::/52", "3fff:11:100::2", vpn=own.name),
    )
    return replace(
        base,
        ports=(*base.ports, replace(port, vpn=own.name)),
        routes=(*base.routes, *routes),
        bgp=replace(base.bgp, peers=peers),
        vpns=(own,),
    )


def isis(driver: str, step: Step) -> DeviceIntent:
    """From OSPF to IS-IS with a topology of its own for IPv6."""
    base = pe(driver, True)
    if step == "before":
        return base
    routing = {"ospf": "isis", "passive": "passive", "none": "none"}
    ports = tuple(replace(port, routing=routing[port.routing]) for port in base.ports)
    return replace(base, ports=ports, isis=Isis("49.0001.0102.5500.1001.00"))


def acl(driver: str, step: Step) -> DeviceIntent:
    """The zone matrix as access lists on the firewall's link, RA guard on the provider's."""
    base = pe(driver, True)
    if step == "before":
        return base
    into = access_list("to-zones", samples.FLOWS, PREFIXES, ZONES, True)
    out = access_list("from-zones", samples.FLOWS, PREFIXES, ZONES, False)
    ports = (
        base.ports[0],
        replace(base.ports[1], acl_in="from-zones", acl_out="to-zones", ra="send"),
        replace(base.ports[2], ra="guard", urpf="loose"),
    )
    return replace(base, ports=ports, access_lists=(into, out))


def management(driver: str, step: Step) -> DeviceIntent:
    """SNMPv3, NTP and HWTACACS: IPv4 before, both families after."""
    base = county(driver, step == "after")
    servers = samples.both(step == "after", "10.1.19.5", "3fff:10:0:5000::5")
    return replace(base, management=Management(servers, servers, "hwtacacs", servers, location="长沙 芙蓉区"))


def radius(driver: str, step: Step) -> DeviceIntent:
    """From HWTACACS to RADIUS."""
    base = management(driver, "after")
    if step == "before" or base.management is None:
        return base
    return replace(base, management=replace(base.management, aaa="radius", ntp=()))


def _provider(driver: str, kind: str) -> DeviceIntent:
    base = pe(driver, True)
    assert base.bgp is not None
    own = ("198.18.0.0/24", "198.18.1.0/24", "3fff:ff1::/32")
    lists: tuple[PrefixList, ...] = provider_lists(own, ("10.0.0.0/8", "3fff:10::/28"), kind)
    peers = tuple(
        replace(peer, import_list="provider-in", export_list="provider-out") if peer.asn == 65500 else peer
        for peer in base.bgp.peers
    )
    return replace(base, bgp=replace(base.bgp, peers=peers), prefix_lists=lists)


def bogon_field(driver: str, step: Step) -> DeviceIntent:
    """The provider may send no bogon and is told our own prefixes only; before, there is no filter."""
    after = _provider(driver, "field")
    if step == "after" or after.bgp is None:
        return after
    peers = tuple(replace(peer, import_list="", export_list="") for peer in after.bgp.peers)
    return replace(after, bgp=replace(after.bgp, peers=peers), prefix_lists=())


def bogon_lab(driver: str, step: Step) -> DeviceIntent:
    """The same in the lab, whose internet lives in blocks that are bogons elsewhere."""
    return _provider(driver, "field" if step == "before" else "lab")


CASES: dict[str, Callable[[str, Step], DeviceIntent]] = {
    "pe-dual": pe_dual,
    "county-dual": county_dual,
    "v4-only": v4_only,
    "vpn": vpn,
    "isis": isis,
    "acl": acl,
    "management": management,
    "radius": radius,
    "bogon-field": bogon_field,
    "bogon-lab": bogon_lab,
}
