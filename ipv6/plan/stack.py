"""What a platform's stack takes from the plan; part of the change set and therefore of the approved digest."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.errors import InputError
from inventory.model import Inventory, Platform
from inventory.vocab import EXCHANGE_ZONE, Level
from ipv6.plan.lookup import Lookup
from ipv6.zones.matrix import flows_for


def stack_values(inv: Inventory, claims: Mapping[str, str], platform: str) -> dict[str, object]:
    """Prefix pairs, Service ranges, flows and sites of one platform, JSON-able; InputError for an unknown platform."""
    if platform not in inv.platform_by_name:
        raise InputError("plan", f"no platform {platform!r}", f"use one of {', '.join(sorted(inv.platform_by_name))}")
    found = Lookup(inv, claims)
    own = inv.platform_by_name[platform]
    flows = flows_for(inv.matrix, platform)
    return {
        "prefixes": {link.zone: _pair(found.zone(platform, link)) for link in own.links if link.zone},
        "services4": str(own.services4),
        "services6": found.claim(f"services/{platform}"),
        "edge": list(found.edge(own)),
        "extranet": _pair(found.extranet()),
        "library_peers": {peer.name: _library(found, peer) for peer in _peers(inv, own)},
        "provincial": _provincial(inv, found, own),
        "flows": [
            {"source": flow.source, "target": flow.target, "protocol": flow.protocol, "ports": list(flow.ports)}
            for flow in flows
        ],
        "sites": [
            {"name": site.name, "address4": str(site.address4), "address6": found.address6(f"site/{site.name}")}
            for site in own.sites
        ],
    }


def _pair(prefixes: tuple[str, ...]) -> dict[str, list[str]]:
    return {
        "v4": [prefix for prefix in prefixes if ":" not in prefix],
        "v6": [prefix for prefix in prefixes if ":" in prefix],
    }


def _peers(inv: Inventory, own: Platform) -> tuple[Platform, ...]:
    """The province's library talks to every city's, a city's to the province's."""
    province = {region.code for region in inv.regions if region.level == Level.PROVINCE}
    others = [one for one in inv.platforms if one.name != own.name]
    chosen = others if own.code in province else [one for one in others if one.code in province]
    return tuple(sorted(chosen, key=lambda one: one.name))


def _provincial(inv: Inventory, found: Lookup, own: Platform) -> dict[str, list[str]] | None:
    """The province's Service ranges for its cities, whose functions are clients there; None for the province itself."""
    codes = {region.code for region in inv.regions if region.level == Level.PROVINCE}
    centre = next((one for one in inv.platforms if one.code in codes and one.name != own.name), None)
    if centre is None or own.code in codes:
        return None
    return {"v4": [str(centre.services4)], "v6": [found.claim(f"services/{centre.name}")]}


def _library(found: Lookup, peer: Platform) -> dict[str, list[str]]:
    link = next((link for link in peer.links if link.zone == EXCHANGE_ZONE), None)
    if link is None:
        raise InputError(f"platform {peer.name}", f"no LAN in zone {EXCHANGE_ZONE}", "add the link")
    return _pair(found.zone(peer.name, link))
