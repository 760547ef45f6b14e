"""Small intents of every kind of device, for one family or both; made up, not the province's."""

from __future__ import annotations

from dataclasses import replace

from ipv6.plan.intent import (
    Bgp,
    DeviceIntent,
    Firewall,
    NameServer,
    Partner,
    Peer,
    Port,
    Resolving,
    Route,
    Serving,
    VirtualSite,
    ZonePort,
)
from ipv6.plan.provider import provider_lists
from ipv6.zones.flows import Flow

FLOWS = (
    Flow("internet", "dmz", "tcp", (443, 80), "public sites"),
    Flow("internet", "dmz", "icmp", (), "reachability"),
    Flow("extranet", "exchange", "tcp", (9443,), "exchange"),
    Flow("exchange", "extranet", "tcp", (9443,), "exchange"),
    Flow("app", "data", "tcp", (5432,), "library"),
    Flow("dmz", "app", "udp", (53,), "names"),
)


def both(dual: bool, four: str, six: str) -> tuple[str, ...]:
    """The IPv4 text, and the IPv6 one when dual."""
    return (four, six) if dual else (four,)


def router(dual: bool) -> DeviceIntent:
    """A PE with a core link, a passive LAN and two BGP neighbours a family."""
    peers = [
        Peer("10.255.0.1", 64512, "core", from_loopback=True, reflector_client=True, next_hop_self=True),
        Peer("198.19.255.0", 65500, "provider", import_list="provider-in", export_list="provider-out"),
    ]
    networks, routes = ["10.1.16.0/24"], [Route("10.1.16.0/24", "10.254.0.3"), Route("192.0.2.0/24", "")]
    if dual:
        peers += [
            Peer("3fff:10::1", 64512, "core", from_loopback=True, reflector_client=True, next_hop_self=True),
            Peer("3fff:ff0:0:1::2", 65500, "provider", import_list="provider-in", export_list="provider-out"),
        ]
        networks.append("3fff:10:0:2000::/52")
        routes += [Route("3fff:10:0:2000::/52", "3fff:10:0:2::3"), Route("2001:db8:1::/48", "")]
    return DeviceIntent(
        name="pe-one",
        role="pe",
        region="430100",
        platform="changsha",
        drivers=("frr",),
        mgmt4="192.168.241.11",
        loopbacks=both(dual, "10.255.1.1/32", "3fff:10::2/128"),
        ports=(
            Port("to-core", both(dual, "10.254.0.1/31", "3fff:10:0:1::3/127"), "core", "ospf"),
            Port("to-fw", both(dual, "10.254.0.2/31", "3fff:10:0:2::2/127"), "firewall", "passive"),
            Port("to-provider", both(dual, "198.19.255.1/31", "3fff:ff0:0:1::3/127"), "provider"),
        ),
        routes=tuple(routes),
        bgp=Bgp(64512, "10.255.1.1", tuple(peers), tuple(networks)),
        prefix_lists=provider_lists(
            both(dual, "198.18.1.0/24", "3fff:ff1::/32"), both(dual, "10.0.0.0/8", "3fff:10::/28"), "lab"
        ),
    )


def firewall(dual: bool) -> DeviceIntent:
    """A zone firewall with four zones."""
    zones = (
        ("dmz", both(dual, "198.18.1.0/24", "3fff:ff1:100:1000::/52")),
        ("app", both(dual, "10.2.16.0/24", "3fff:10:100:2000::/52")),
        ("data", both(dual, "10.2.17.0/24", "3fff:10:100:3000::/52")),
        ("exchange", both(dual, "10.2.18.0/24", "3fff:10:100:4000::/52")),
    )
    return DeviceIntent(
        name="fw-one",
        role="firewall",
        region="430100",
        platform="changsha",
        drivers=("linux", "nftables"),
        mgmt4="192.168.242.11",
        ports=(
            Port("outside", both(dual, "10.254.1.3/31", "3fff:10:100:1::3/127")),
            *(
                Port(name, both(dual, prefixes[0].replace(".0/", ".1/"), prefixes[-1].replace("::/52", "::1/64")))
                for name, prefixes in zones
            ),
        ),
        routes=(
            Route("0.0.0.0/0", "10.254.1.2"),
            *((Route("::/0", "3fff:10:100:1::2"),) if dual else ()),
        ),
        firewall=Firewall(
            outside="outside",
            zones=tuple(ZonePort(name, name, prefixes) for name, prefixes in zones),
            extranet=both(dual, "10.0.0.0/8", "3fff:10::/28"),
            flows=FLOWS,
        ),
    )


def site_host(dual: bool) -> DeviceIntent:
    """A site host with two sites on addresses of its own."""
    return DeviceIntent(
        name="site-one",
        role="site-host",
        region="430100",
        platform="changsha",
        drivers=("linux", "nginx"),
        mgmt4="192.168.243.11",
        ports=(
            Port("dmz", both(dual, "198.18.1.10/24", "3fff:ff1:100:1000::10/64")),
            Port("dmz", both(dual, "198.18.1.11/32", "3fff:ff1:100:1000::11/128")),
        ),
        routes=(
            Route("0.0.0.0/0", "198.18.1.1"),
            *((Route("::/0", "3fff:ff1:100:1000::1"),) if dual else ()),
        ),
        sites=tuple(
            VirtualSite(f"{word}.example.gov.cn", word, "owner", f"198.18.1.{n}", six if dual else "")
            for n, word, six in ((10, "www", "3fff:ff1:100:1000::10"), (11, "jyj", "3fff:ff1:100:1000::11"))
        ),
    )


def zone_host(dual: bool) -> DeviceIntent:
    """A host with one named network namespace per zone."""
    return DeviceIntent(
        name="zone-one",
        role="zone-host",
        region="430100",
        platform="changsha",
        drivers=("linux",),
        mgmt4="192.168.244.11",
        ports=(Port("app", both(dual, "10.2.16.10/24", "3fff:10:100:2000::10/64"), netns="app"),),
        routes=(
            Route("0.0.0.0/0", "10.2.16.1", "app"),
            *((Route("::/0", "3fff:10:100:2000::1", "app"),) if dual else ()),
        ),
    )


def name_server(dual: bool, *, primary: bool = True) -> DeviceIntent:
    """An authoritative server; the other one is its partner."""
    mine, other = ("21", "22") if primary else ("22", "21")
    return DeviceIntent(
        name="ns1" if primary else "ns2",
        role="dns",
        region="430000",
        platform="shared",
        drivers=("linux", "knot"),
        mgmt4="192.168.240.21",
        ports=(Port("dmz", both(dual, f"198.18.1.{mine}/24", f"3fff:ff1:100:1000::{mine}/64")),),
        routes=(Route("0.0.0.0/0", "198.18.1.1"),),
        name_server=NameServer(
            primary,
            both(dual, f"198.18.1.{mine}", f"3fff:ff1:100:1000::{mine}"),
            ("example.gov.cn", "hunan.gov.cn."),
            (
                Partner(
                    "ns2" if primary else "ns1", both(dual, f"198.18.1.{other}", f"3fff:ff1:100:1000::{other}")[::-1]
                ),
            ),
            serving=Serving(queries=True),
            parent=Partner("parent", both(dual, "198.19.0.13", "3fff:ff0:ffff::13")[::-1]) if primary else None,
            delegated=("hunan.gov.cn.",) if primary else (),
        ),
    )


def secondary(dual: bool) -> DeviceIntent:
    """The second authoritative server."""
    return name_server(dual, primary=False)


def resolver(dual: bool) -> DeviceIntent:
    """The extranet's resolver, with DNS64."""
    return DeviceIntent(
        name="resolver",
        role="resolver",
        region="430000",
        platform="shared",
        drivers=("linux", "unbound"),
        mgmt4="192.168.240.20",
        ports=(Port("dmz", both(dual, "198.18.1.23/24", "3fff:ff1:100:1000::23/64")),),
        routes=(Route("0.0.0.0/0", "198.18.1.1"),),
        resolver=Resolving(
            both(dual, "198.18.1.23", "3fff:ff1:100:1000::23"),
            both(dual, "10.0.0.0/8", "3fff:10::/28"),
            dns64_prefix="64:ff9b::/96",
        ),
    )


def vendor_router(driver: str, dual: bool) -> DeviceIntent:
    """The same PE on a vendor's router, whose ports have the names that the box gives them."""
    words = {"huawei_vrp": "GigabitEthernet0/1/{}", "h3c_comware": "GigabitEthernet1/0/{}"}
    plain = router(dual)
    ports = tuple(replace(port, hardware=words[driver].format(n)) for n, port in enumerate(plain.ports))
    return replace(plain, drivers=(driver,), ports=ports)


def vrp_router(dual: bool) -> DeviceIntent:
    """A PE that runs VRP."""
    return vendor_router("huawei_vrp", dual)


def comware_router(dual: bool) -> DeviceIntent:
    """A PE that runs Comware."""
    return vendor_router("h3c_comware", dual)


DEVICES = (router, firewall, site_host, zone_host, name_server, secondary, resolver, vrp_router, comware_router)
