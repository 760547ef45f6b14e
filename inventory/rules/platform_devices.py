"""A platform has what it stands on: one router, one firewall, one site host, a LAN per zone, a router per county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inventory.model import Platform
from inventory.rules import Reason, rule
from inventory.view import Ref, View
from inventory.vocab import Level, Role

ONE_EACH = (Role.PE, Role.FIREWALL, Role.SITE_HOST, Role.ZONE_HOST)


@rule("platform-devices")
def platform_devices(view: View) -> Iterator[Reason]:
    """Roles, zone LANs, regions of devices, loopbacks of routers, and the counties of a city."""
    for ref, platform in view.platforms:
        roles = Counter(device.role for device in platform.devices)
        for role in ONE_EACH:
            if roles[role] != 1:
                cause = f"platform {platform.name} has {roles[role]} devices of role {role}, it needs 1"
                yield Reason((*ref, "devices"), cause, "add or remove one")
        lans = Counter(link.zone for link in platform.links if link.kind == "lan")
        for zone in view.inventory.matrix.zones:
            if lans[zone.id] != 1:
                cause = f"platform {platform.name} has {lans[zone.id]} LANs in zone {zone.id}, it needs 1"
                yield Reason((*ref, "links"), cause, f"keep one lan with zone: {zone.id}")
        yield from _regions(view, ref, platform)
    for ref, _, device in view.devices:
        if device.role in (Role.CORE, Role.PE, Role.COUNTY_PE) and device.loopback4 is None:
            cause = f"router {device.name} has no loopback4, which its BGP sessions need"
            yield Reason(ref, cause, "add loopback4")


def _regions(view: View, ref: Ref, platform: Platform) -> Iterator[Reason]:
    counties = {
        code: region
        for code, region in view.current.items()
        if region.level == Level.COUNTY and region.parent == platform.code
    }
    for n, device in enumerate(platform.devices):
        county = device.role == Role.COUNTY_PE
        if device.region not in (counties if county else (platform.code,)):
            where = f"no county of {platform.code} in force" if county else f"not {platform.code}"
            cause = f"device {device.name} is in region {device.region}, {where}"
            yield Reason((*ref, "devices", n, "region"), cause, "write the code in force or move the device")
    served = Counter(device.region for device in platform.devices if device.role == Role.COUNTY_PE)
    for code, region in counties.items():
        if served[code] != 1:
            cause = f"county {code} {region.name} has {served[code]} routers, it needs 1"
            yield Reason((*ref, "devices"), cause, "keep one device with role: county-pe in it")
