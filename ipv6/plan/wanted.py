"""The claims that an inventory needs, as questions: a key, its parent, and the places that policy would accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from inventory.errors import InputError
from inventory.model import Device, Interface, Inventory, Link, Region, Site
from inventory.vocab import Plane, Role
from ipv6.plan.prefix import Prefix, parse
from ipv6.plan.profile import Profile

Places = Callable[[Prefix], Iterator[Prefix]]

UPPER_FIRST = (Role.CORE, Role.PE, Role.COUNTY_PE, Role.FIREWALL, Role.SITE_HOST, Role.ZONE_HOST, Role.DNS, Role.OPS)
"""Roles from the middle of the network outwards; the first of two on a link is its upper end."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One claim to make. `places` yields the acceptable prefixes inside the parent's, best first.

    `level` orders parents before children. A `pool` names places shared by several claims (links of a region);
    without it there is exactly one acceptable place.
    """

    level: int
    key: str
    parent: str
    places: Places
    pool: str = ""


def wanted(inv: Inventory, profile: Profile, ledger: Mapping[str, str]) -> tuple[Wanted, ...]:
    """Every claim the inventory needs, parents first and by key inside a level, whatever the files' order."""
    found = [*_planes(inv, profile), *_regions(inv, profile, ledger), *_platforms(inv, profile)]
    found += [*_links(inv, profile), *_interfaces(inv, profile), *_sites(inv, profile)]
    return tuple(sorted(found, key=lambda one: (one.level, one.key)))


def link_ends(inv: Inventory) -> dict[str, tuple[tuple[Device, Interface], ...]]:
    """The ports on each link, upper end first (role, then IPv4 address)."""
    ends: dict[str, list[tuple[Device, Interface]]] = {link: [] for link in inv.links}
    for device in inv.devices.values():
        for interface in device.interfaces:
            if interface.link not in ends:
                raise InputError(f"device {device.name}", f"no link {interface.link!r}", "add the link or fix the name")
            ends[interface.link].append((device, interface))
    return {
        link: tuple(sorted(pairs, key=lambda pair: (UPPER_FIRST.index(pair[0].role), pair[1].address4)))
        for link, pairs in ends.items()
    }


def platform_of_link(inv: Inventory) -> dict[str, str]:
    """The platform whose file holds each zone LAN."""
    return {link.id: platform.name for platform in inv.platforms for link in platform.links}


def region_key(plane: Plane, code: str) -> str:
    """Ledger key of a region in a plane."""
    return f"region/{plane}/{code}"


def site_link(inv: Inventory, site: Site) -> Link:
    """The LAN of the site's platform that its IPv4 address lies in; InputError when there is none."""
    platform = inv.platform_by_name.get(site.platform)
    for link in platform.links if platform else ():
        if link.zone and site.address4 in link.prefix4:
            return link
    raise InputError(f"site {site.name}", f"{site.address4} is in no LAN of platform {site.platform!r}", "fix address4")


def _one(place: Callable[[Prefix], Prefix]) -> Places:
    return lambda parent: iter((place(parent),))


def _planes(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    for block in inv.environment.blocks:
        prefix = profile.plane(block)
        yield Wanted(0, f"plane/{block.plane}", "", lambda _, prefix=prefix: iter((prefix,)))  # type: ignore[misc]


def _regions(inv: Inventory, profile: Profile, ledger: Mapping[str, str]) -> Iterator[Wanted]:
    """A recoded region keeps its first code's digits for ever; its new digits stay reserved."""
    former = {region.successor: region for region in inv.regions if region.successor}
    for block in inv.environment.blocks:
        plane_key = f"plane/{block.plane}"
        plane = profile.plane(block)
        for region in inv.regions:
            if region.successor or region.valid_to:
                continue
            first = _first_code(region, former)
            key, old_key = region_key(block.plane, region.code), region_key(block.plane, first)
            parent = old_key if first != region.code and old_key in ledger else plane_key
            yield Wanted(1 if parent == plane_key else 2, key, parent, _digits(profile, plane, first))
            own = profile.region(plane, region.code)
            # A ledger that already gave the new digits to the region keeps them: then nothing is left to reserve.
            if first != region.code and (key not in ledger or parse(ledger[key]) != own):
                yield Wanted(1, f"{key}/reserved", plane_key, _digits(profile, plane, region.code))


def _first_code(region: Region, former: Mapping[str, Region]) -> str:
    seen = {region.code}
    while region.code in former:
        region = former[region.code]
        if region.code in seen:
            raise InputError(f"region {region.code}", "its successors form a circle", "fix the successor column")
        seen.add(region.code)
    return region.code


def _digits(profile: Profile, plane: Prefix, code: str) -> Places:
    return lambda _: iter((profile.region(plane, code),))


def _platforms(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    for platform in inv.platforms:
        region = region_key(Plane.PUBLIC, platform.code)
        yield Wanted(3, f"services/{platform.name}", region, _one(profile.services))
        used = {link.zone for link in platform.links if link.zone}
        for zone in inv.matrix.zones:
            if zone.id in used:
                key = f"zone/{platform.name}/{zone.id}"
                parent = region_key(zone.plane, platform.code)
                yield Wanted(3, key, parent, _one(lambda area, nibble=zone.nibble: profile.zone(area, nibble)))  # type: ignore[misc]
                yield Wanted(4, f"subnet/{platform.name}/{zone.id}", key, _one(profile.subnet))


def _links(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    for link in inv.links.values():
        if link.kind == "p2p" and link.prefix6 is None:
            region = region_key(link.plane, link.owner)
            yield Wanted(3, f"link/{link.id}", region, profile.links, pool=f"links of {region}")


def _interfaces(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    homes = platform_of_link(inv)
    for device in inv.devices.values():
        if device.loopback4 is not None:
            parent = region_key(Plane.PUBLIC, device.region)
            yield Wanted(3, f"loopback/{device.name}", parent, _loopback(profile, device.loopback4))
    for link_id, ends in link_ends(inv).items():
        link = inv.links[link_id]
        if link.prefix6 is not None:
            continue  # numbered by the provider: the addresses are in the inventory
        if link.kind == "p2p" and len(ends) > 2:
            raise InputError(f"link {link_id}", f"a point-to-point link has {len(ends)} ends", "make it a lan")
        for position, (device, interface) in enumerate(ends):
            key = f"iface/{device.name}/{interface.name}"
            if link.kind == "p2p":
                yield Wanted(5, key, f"link/{link_id}", _end(profile, position == 0))
            else:
                yield Wanted(5, key, f"subnet/{homes[link_id]}/{link.zone}", _host(profile, interface.address4, link))


def _sites(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    """A site on the address of its host's own port is a child of that port's claim, else of the LAN's."""
    ends = link_ends(inv)
    for site in inv.sites:
        link = site_link(inv, site)
        parent = f"subnet/{site.platform}/{link.zone}"
        for device, interface in ends[link.id]:
            if interface.address4 == site.address4:
                parent = f"iface/{device.name}/{interface.name}"
        if parent.startswith("iface/"):
            yield Wanted(6, f"site/{site.name}", parent, _one(lambda port: port))
        else:
            yield Wanted(6, f"site/{site.name}", parent, _host(profile, site.address4, link))


def _loopback(profile: Profile, address4: IPv4Address) -> Places:
    return lambda region: iter((profile.loopback(region, address4),))


def _end(profile: Profile, upper: bool) -> Places:
    return lambda link: iter((profile.end(link, upper),))


def _host(profile: Profile, address4: IPv4Address, link: Link) -> Places:
    return lambda subnet: iter((profile.host(subnet, address4, link.prefix4),))
