"""The province's and the canary city's platforms on real nodes; every other platform's node is simulated (KWOK)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory.model import Device, Interface, Inventory, Link, Platform
from inventory.vocab import ENTRY_ZONE, EXCHANGE_ZONE, Level
from ipv6.plan.lookup import Lookup
from ipv6.plan.prefix import address_of
from ipv6.zones.matrix import listeners

from .node_host import PAUSE, REPOSITORY, node_host
from .scene_devices import MGMT_LENGTH
from .spec import HostSpec, ImageSpec, InterfaceSpec, NodeSpec, RouteSpec

TAG = "0.1"
MARK, TABLE = "0x100", 100
"""Of connections that visitors opened, and where their answers are routed."""
_RULES = """\
table inet jiyue-entry
delete table inet jiyue-entry
table inet jiyue-entry {{
    chain come {{
        type filter hook prerouting priority mangle; policy accept;
        iifname "{dmz}" ct state new ct mark set ct mark or {mark}
        iifname "veth*" ct mark and {mark} == {mark} meta mark set meta mark or {mark}
    }}
    chain leave {{
        type nat hook postrouting priority srcnat - 10; policy accept;
        oifname {{ "{exchange}", "{dmz}" }} ip saddr {four} masquerade
        oifname {{ "{exchange}", "{dmz}" }} ip6 saddr {six} masquerade
    }}
}}
"""
NODES = "nodes"
"""The link that only nodes are on: their own addresses, nothing is routed over it."""


def real_platforms(inv: Inventory) -> tuple[str, ...]:
    """Who runs on real nodes: the province and the canary city, as far as their clusters have an entry."""
    canary = {name for wave in inv.waves if wave.canary for name in wave.platforms}
    province = {one.name for one in inv.platforms if inv.region_by_code[one.code].level == Level.PROVINCE}
    return tuple(one.name for one in _ordered(inv) if one.name in canary | province and one.cluster4 is not None)


def nodes(inv: Inventory, real: Sequence[str] = ()) -> tuple[NodeSpec, ...]:
    """One node per platform, kept for it. Pod ranges lie outside the extranet, so that no pod passes for one of its
    hosts (RFC 6598, RFC 4193): what leaves a node has the node's own address.
    """
    return tuple(
        NodeSpec(
            f"node-{one.name}",
            (f"100.64.{index}.0/24", f"fd00:200:{index:x}::/64"),
            (f"100.65.0.{index + 1}", f"fd00:201::{index + 1:x}") if one.name in real else (),
            real=one.name in real,
            dedicated=one.name,
        )
        for index, one in enumerate(_ordered(inv))
    )


def images(inv: Inventory) -> tuple[ImageSpec, ...]:
    """The stand-in under every name that a platform's pods ask for; each listens on every port that may be tried."""
    zones = [zone.id for zone in inv.matrix.zones]
    tried = {one for platform in inv.platforms for zone in zones for one in listeners(inv.matrix, platform.name, zone)}
    common = {f"{protocol}/{port}" for protocol, port in tried if protocol != "icmp"}
    own = {function.id: {f"tcp/{function.port}"} for function in inv.functions}
    found = [ImageSpec(PAUSE)]
    for name, ports in {**own, "edge": set(), "library": set()}.items():
        env = (("JIYUE_FUNCTION", name), ("JIYUE_PORTS", " ".join(sorted(common | ports))))
        found.append(ImageSpec(f"{REPOSITORY}/{name}:{TAG}", env))
    return tuple(found)


def hosts(
    inv: Inventory, made: Sequence[NodeSpec], port: int, service_cidrs: Sequence[str], group: str
) -> tuple[HostSpec, ...]:
    """The host of every real node: on its platform's exchange zone, and in the DMZ where visitors enter the cluster;
    IPv4 only, as everything on day 0."""
    found = []
    for number, node in enumerate((one for one in made if one.real), 1):
        platform = inv.platform_by_name[node.dedicated]
        link = lan(platform, EXCHANGE_ZONE)
        own = zip(node.addresses, (24, 64), strict=True)
        interfaces: tuple[InterfaceSpec, ...] = (
            InterfaceSpec(NODES, NODES, tuple(f"{address}/{length}" for address, length in own)),
            InterfaceSpec(EXCHANGE_ZONE, link.id, (f"{platform.cluster4}/{link.prefix4.prefixlen}",)),
        )
        if platform.edge4 is not None:
            dmz = lan(platform, ENTRY_ZONE)
            interfaces += (InterfaceSpec(ENTRY_ZONE, dmz.id, (f"{platform.edge4}/{dmz.prefix4.prefixlen}",)),)
        routes = [RouteSpec(f"default via {port.address4}") for _, port in gateways(inv, platform, EXCHANGE_ZONE)]
        folders = [f"/var/lib/jiyue/{platform.name}/{name}" for name in ("library", "library-backup")]
        mgmt = f"192.168.249.{number}/{MGMT_LENGTH}"
        found.append(node_host(node, mgmt, interfaces, routes, port, service_cidrs, group, folders))
    return tuple(found)


def lan(platform: Platform, zone: str) -> Link:
    """The LAN of one of its zones."""
    return next(one for one in platform.links if one.zone == zone)


def gateways(inv: Inventory, platform: Platform, zone: str) -> list[tuple[Device, Interface]]:
    """The firewall and its port on the LAN of a zone."""
    return [
        (device, port)
        for device in platform.devices
        if device.role == "firewall"
        for port in device.interfaces
        if inv.links[port.link].zone == zone
    ]


def _ordered(inv: Inventory) -> list[Platform]:
    return sorted(inv.platforms, key=lambda one: one.code)


def entry_script(inv: Inventory, claims: Mapping[str, str], platform: str, node: NodeSpec) -> str:
    """Shell text for the node of `platform`: its planned IPv6 entries, and its own address for whatever leaves it.

    Answers to visitors go back by the DMZ, through which they came, and not by the default route.
    """
    found, own = Lookup(inv, claims), inv.platform_by_name[platform]
    four, pods6 = node.pod_cidrs
    words = {"four": four, "six": pods6, "exchange": EXCHANGE_ZONE, "dmz": ENTRY_ZONE, "mark": MARK, "table": TABLE}
    lines = [
        f"ip -6 addr replace {found.cluster(own)[1]}/64 dev {EXCHANGE_ZONE} nodad",
        f"ip -6 route replace default via {gateway6(found, own, EXCHANGE_ZONE)}",
    ]
    if edge := found.edge(own):
        lines.append(f"ip -6 addr replace {edge[1]}/64 dev {ENTRY_ZONE} nodad")
        back4 = str(gateways(inv, own, ENTRY_ZONE)[0][1].address4)
        for family, gateway in (("-4", back4), ("-6", gateway6(found, own, ENTRY_ZONE))):
            lines += [
                f"ip {family} route replace default via {gateway} dev {ENTRY_ZONE} table {TABLE}",
                f"ip {family} rule del pref {TABLE} 2>/dev/null || true",
                f"ip {family} rule add pref {TABLE} fwmark {MARK}/{MARK} lookup {TABLE}",
            ]
    return "\n".join(["set -e", *lines, "nft -f - <<'RULES'", _RULES.format(**words) + "RULES", ""])


def gateway6(found: Lookup, platform: Platform, zone: str) -> str:
    """The firewall's IPv6 address on that LAN."""
    return next(address_of(found.port6(device, port)) for device, port in gateways(found.inv, platform, zone))
