"""Who holds the edge of a cluster whose pods do not run: a host in the DMZ that stands in for it, and says so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from inventory.model import Inventory, Platform
from inventory.vocab import ENTRY_ZONE, Entry
from ipv6.plan.lookup import Lookup

from .scene_devices import MGMT_LENGTH
from .scene_nodes import gateway6, gateways, lan
from .spec import FileSpec, HostSpec, InterfaceSpec, RouteSpec, ServiceSpec

PROGRAM = "/run/lab/edge_stand_in.py"
ORIGINS = "/run/lab/edge_origins.json"


def edge_name(platform: str) -> str:
    """The host that stands in for the edge of its cluster."""
    return f"edge-{platform}"


def edge_hosts(inv: Inventory, real: Sequence[str], claims: Mapping[str, str] | None = None) -> tuple[HostSpec, ...]:
    """One for every platform whose visitors enter its cluster and that has no real node (`real`).

    IPv4 only without claims, as everything on day 0: `edge_script` brings the rest.
    """
    found = [
        one
        for one in inv.platforms
        if one.entry is Entry.CLUSTER and one.name not in real and one.code in inv.held_regions
    ]
    return tuple(_host(Lookup(inv, claims), one, number) for number, one in enumerate(found, 1))


def edge_script(inv: Inventory, claims: Mapping[str, str], platform: str) -> str:
    """Shell text for that host: the planned IPv6 address of the edge, and where the sites are served over IPv6."""
    found, own = Lookup(inv, claims), inv.platform_by_name[platform]
    return "\n".join([
        "set -e",
        f"ip -6 addr replace {found.edge(own)[1]}/64 dev {ENTRY_ZONE} nodad",
        f"ip -6 route replace default via {gateway6(found, own, ENTRY_ZONE)}",
        f"cat > {ORIGINS}.new <<'ORIGINS'",
        _origins(found, own),
        "ORIGINS",
        f"mv {ORIGINS}.new {ORIGINS}",
        "",
    ])  # fmt: skip


def _host(found: Lookup, platform: Platform, number: int) -> HostSpec:
    link, addresses = lan(platform, ENTRY_ZONE), found.edge(platform)
    lengths = {False: link.prefix4.prefixlen, True: 64}
    ways = [str(port.address4) for _, port in gateways(found.inv, platform, ENTRY_ZONE)]
    if len(addresses) > 1:
        ways.append(gateway6(found, platform, ENTRY_ZONE))
    argv = ("/usr/bin/python3", "-I", PROGRAM, ORIGINS)
    return HostSpec(
        name=edge_name(platform.name),
        mgmt4=f"192.168.250.{number}/{MGMT_LENGTH}",
        interfaces=(InterfaceSpec(ENTRY_ZONE, link.id, tuple(f"{one}/{lengths[':' in one]}" for one in addresses)),),
        routes=tuple(RouteSpec(f"default via {one}") for one in ways),
        files=(
            FileSpec(PROGRAM, Path(__file__).with_name("edge_stand_in.py").read_text(encoding="utf-8"), 0o755),
            FileSpec(ORIGINS, _origins(found, platform)),
        ),
        services=(ServiceSpec("edge", argv, ready="tcp:443"),),
    )


def _origins(found: Lookup, platform: Platform) -> str:
    """Both addresses of every site on its host, by name; the portal's for every other name (sites that moved there)."""
    served = {site.name: [str(site.address4), found.address6(f"site/{site.name}")] for site in platform.sites}
    return json.dumps({"sites": served, "other": served[platform.portal]}, sort_keys=True)
