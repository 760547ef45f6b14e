"""What a platform's own devices should be, as a subject of checks: firewall, router and the servers in its zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory.errors import InputError
from inventory.model import Device, Inventory, Platform
from inventory.vocab import Role
from ipv6.plan.build import intents
from ipv6.plan.intent import DeviceIntent
from ipv6.verify.build import chosen, zone_subjects
from ipv6.verify.subjects import ExtranetSubject, Ground

ASKED = {Role.FIREWALL: "nftables", Role.PE: "frr", Role.CORE: "frr"}
"""Drivers whose devices can run the prober and are understood; others are Unknown."""


def extranet_subjects(
    inv: Inventory, claims: Mapping[str, str], platforms: Sequence[str] | None = None
) -> tuple[ExtranetSubject, ...]:
    """One per platform; before everything has its claim, what is expected is IPv4 only."""
    try:
        wanted = intents(inv, claims)
    except InputError:
        wanted = intents(inv, None)
    zones = {subject.platform: subject.pairs for subject in zone_subjects(inv, claims, platforms)}
    core = next((one.name for one in inv.network.devices if one.role is Role.CORE and _can(inv, one)), "")
    found = []
    for platform in chosen(inv, platforms):
        firewall, router = _of(inv, platform, Role.FIREWALL), _of(inv, platform, Role.PE)
        wall = wanted[firewall].firewall if firewall else None
        outside = wall.outside if wall else ""
        ports = {zone.zone: zone.interface for zone in wall.zones} if wall else {}
        found.append(
            ExtranetSubject(
                name=f"{platform.name} extranet",
                platform=platform.name,
                firewall=firewall,
                router=router,
                grounds=_grounds(inv, platform),
                outside=outside,
                ports=ports,
                extranet=wall.extranet if wall else (),
                pairs=zones[platform.name],
                adjacent=_adjacent(wanted[router]) if router else (),
                peers=_peers(wanted[router]) if router else (),
                twins=_twins(wanted[router]) if router else (),
                core=core,
            )
        )
    return tuple(found)


def _of(inv: Inventory, platform: Platform, role: Role) -> str:
    return next((one.name for one in platform.devices if one.role is role and _can(inv, one)), "")


def _can(inv: Inventory, device: Device) -> bool:
    needed = ASKED.get(device.role)
    return inv.holds(device) and (needed is None or needed in device.drivers)


def _grounds(inv: Inventory, platform: Platform) -> tuple[Ground, ...]:
    """Every server's place in a zone, once."""
    held = [one for one in platform.devices if one.role in (Role.SITE_HOST, Role.ZONE_HOST) and _can(inv, one)]
    return tuple(dict.fromkeys(Ground(one.name, port.netns) for one in held for port in one.interfaces))


def _adjacent(router: DeviceIntent) -> tuple[str, ...]:
    return tuple(port.name for port in router.ports if port.routing == "ospf")


def _peers(router: DeviceIntent) -> tuple[str, ...]:
    return tuple(peer.address for peer in router.bgp.peers) if router.bgp else ()


def _twins(router: DeviceIntent) -> tuple[tuple[str, str], ...]:
    """The router's static routes by next port: the same zone in both families, in the order of the intent."""
    four = [route.prefix for route in router.routes if ":" not in route.prefix and route.via]
    six = [route.prefix for route in router.routes if ":" in route.prefix and route.via]
    return tuple(zip(four, six, strict=False)) if len(four) == len(six) else tuple((one, "") for one in four)
