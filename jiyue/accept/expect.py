"""What acceptance expects of each platform, as JSON-able data; computed from inventory and ledger, never measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inventory.model import SHARED, Device, Inventory
from inventory.vocab import Role
from ipv6.plan.build import intents
from ipv6.plan.intent import DeviceIntent
from ipv6.verify.build import chosen, site_subjects
from ipv6.verify.subjects import Vantages

SCHEMA = "jiyue/acceptance-plan/1"


def expectations(inv: Inventory, claims: Mapping[str, str], platforms: Sequence[str] | None = None) -> dict[str, Any]:
    """Expected addresses, neighbours, sites, ranges and functions; InputError for an unknown platform."""
    planned = intents(inv, claims)
    vantages = Vantages()
    return {
        "schema": SCHEMA,
        "environment": inv.environment.name,
        "vantages": {"v6": vantages.v6, "v4": vantages.v4, "dual": vantages.dual},
        "claims": dict(claims),
        "shared": {
            "devices": [_device(inv, planned[device.name]) for device in inv.network.devices if inv.holds(device)],
            "name_servers": dict(inv.network.name_servers),
        },
        "platforms": [
            {
                "name": platform.name,
                "code": platform.code,
                "title": platform.title,
                "zone": platform.dns_zone,
                "zones": [zone.id for zone in inv.matrix.zones],
                "devices": [_device(inv, planned[one.name]) for one in platform.devices if inv.holds(one)],
                "deferred": [_deferred(one) for one in platform.devices if not inv.holds(one)],
                "sites": [
                    {
                        "name": one.name,
                        "address4": one.address4,
                        "address6": one.address6,
                        "behind6": one.behind6,
                    }
                    for one in site_subjects(inv, claims, (platform.name,))
                ],
                "services4": str(platform.services4),
                "services6": claims.get(f"services/{platform.name}", ""),
                "functions": [
                    {"id": function.id, "title": function.title, "zone": function.zone}
                    for function in inv.functions_of(platform)
                    if function.id not in platform.functions or platform.functions[function.id].enabled
                ],
            }
            for platform in chosen(inv, platforms)
        ],
    }


def _device(inv: Inventory, intent: DeviceIntent) -> dict[str, Any]:
    return {
        "name": intent.name,
        "role": intent.role,
        "platform": inv.platform_of_device.get(intent.name, SHARED),
        "addresses": [
            {"netns": port.netns, "interface": port.name, "address": address}
            for port in intent.ports
            for address in port.addresses
        ],
        "loopbacks": list(intent.loopbacks),
        "ospf": [port.name for port in intent.ports if port.routing == "ospf"],
        "bgp": [peer.address for peer in intent.bgp.peers] if intent.bgp else [],
    }


def _deferred(device: Device) -> dict[str, str]:
    reason = "not in this environment"
    return {"name": device.name, "role": Role(device.role).value, "region": device.region, "reason": reason}
