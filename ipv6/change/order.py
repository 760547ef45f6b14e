"""In which order a change set is worked off: the wave it goes in, then its devices from far to near, records last."""

from __future__ import annotations

from collections.abc import Iterable

from inventory.model import SHARED, Inventory
from inventory.vocab import Role
from ipv6.change.model import DeviceChange, Step

FAR_TO_NEAR = (
    (Role.SITE_HOST.value, Role.ZONE_HOST.value, Role.DNS.value, Role.RESOLVER.value, Role.OPS.value),
    (Role.FIREWALL.value,),
    (Role.COUNTY_PE.value, Role.PE.value),
    (Role.CORE.value,),
)
"""Roles in the order of commit: what lies behind a device is changed before the device itself."""

RECORDS = "records"


def rank(role: str, ranks: tuple[tuple[str, ...], ...] = FAR_TO_NEAR) -> int:
    """Position of a role; an unknown one comes last, where most care is taken."""
    return next((number for number, roles in enumerate(ranks) if role in roles), len(ranks))


def wave_of(inv: Inventory, platform: str) -> str:
    """The wave that carries the platform; `shared` goes before the first one and is its own, empty when in none."""
    if platform == SHARED:
        return SHARED
    return next((wave.name for wave in inv.waves if platform in wave.platforms), "")


def steps(wave: str, devices: Iterable[DeviceChange], records: int) -> tuple[Step, ...]:
    """The steps over what really changes; devices that keep everything or are deferred take no part."""
    changed: dict[int, list[str]] = {}
    for device in devices:
        if not device.deferred and any(not section.keep for section in device.sections):
            changed.setdefault(rank(device.role), []).append(device.device)
    found = [Step(wave, "devices", tuple(sorted(names))) for _, names in sorted(changed.items())]
    # AAAA comes last (design decision 6): only when every device answers over IPv6 by address.
    return (*found, Step(wave, RECORDS, ())) if records else tuple(found)
