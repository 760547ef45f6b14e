"""The claims that an inventory needs, as questions: a key, its parent, and the places that policy would accept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from inventory.errors import InputError
from inventory.model import Device, Interface, Inventory, Link, Site
from inventory.vocab import Plane, Role
from ipv6.plan.choice import Choice, Fixed, itself
from ipv6.plan.prefix import Prefix
from ipv6.plan.profile import Profile
from ipv6.plan.want import Wanted
from ipv6.plan.wanted_regions import RegionWants, region_key

UPPER_FIRST = (Role.CORE, Role.PE, Role.COUNTY_PE, Role.FIREWALL, Role.SITE_HOST, Role.ZONE_HOST, Role.DNS,
               Role.RESOLVER, Role.OPS)  # fmt: skip
"""Roles from the middle of the network outwards; the first of two on a link is its upper end."""


def wanted(inv: Inventory, profile: Profile, held: Mapping[str, Prefix]) -> tuple[Wanted, ...]:
    """Every claim the inventory needs, parents first and by key inside a level, whatever the files' order."""
    regions = RegionWants(inv, profile, held)
    found = [*regions.all(), *_platforms(inv, profile), *_links(inv, profile, regions)]
    found += [*_interfaces(inv, profile), *_sites(inv, profile)]
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


def site_link(inv: Inventory, site: Site) -> Link:
    """The LAN of the site's platform that its IPv4 address lies in; InputError when there is none."""
    platform = inv.platform_by_name.get(site.platform)
    for link in platform.links if platform else ():
        if link.zone and site.address4 in link.prefix4:
            return link
    raise InputError(f"site {site.name}", f"{site.address4} is in no LAN of platform {site.platform!r}", "fix address4")


def _platforms(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    for platform in inv.platforms:
        region = region_key(Plane.PUBLIC, platform.code)
        yield Wanted(4, f"services/{platform.name}", region, Fixed(profile.services))
        used = {link.zone for link in platform.links if link.zone}
        for zone in inv.matrix.zones:
            if zone.id in used:
                key = f"zone/{platform.name}/{zone.id}"
                parent = region_key(zone.plane, platform.code)
                yield Wanted(4, key, parent, Fixed(lambda area, nibble=zone.nibble: profile.zone(area, nibble)))  # type: ignore[misc]
                yield Wanted(5, f"subnet/{platform.name}/{zone.id}", key, Fixed(profile.subnet))


def _links(inv: Inventory, profile: Profile, regions: RegionWants) -> Iterator[Wanted]:
    """A whole /64 per link (RFC 6164, section 5), in the space of its owner: between two levels the upper region."""
    for link in inv.links.values():
        if link.kind == "p2p" and link.prefix6 is None:
            spares = regions.spares(link.plane, link.owner)
            yield Wanted(4, f"link/{link.id}", region_key(link.plane, link.owner), profile.links(), spares)


def _interfaces(inv: Inventory, profile: Profile) -> Iterator[Wanted]:
    homes = platform_of_link(inv)
    for device in inv.devices.values():
        if device.loopback4 is not None:
            parent = region_key(Plane.PUBLIC, device.region)
            yield Wanted(4, f"loopback/{device.name}", parent, _loopback(profile, device.loopback4))
    for link_id, ends in link_ends(inv).items():
        link = inv.links[link_id]
        if link.prefix6 is not None:
            continue  # numbered by the provider: the addresses are in the inventory
        if link.kind == "p2p" and len(ends) > 2:
            raise InputError(f"link {link_id}", f"a point-to-point link has {len(ends)} ends", "make it a lan")
        for position, (device, interface) in enumerate(ends):
            key = f"iface/{device.name}/{interface.name}"
            if link.kind == "p2p":
                yield Wanted(6, key, f"link/{link_id}", _end(profile, position == 0))
            else:
                yield Wanted(6, key, f"subnet/{homes[link_id]}/{link.zone}", _host(profile, interface.address4, link))


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
            yield Wanted(7, f"site/{site.name}", parent, Fixed(itself))
        else:
            yield Wanted(7, f"site/{site.name}", parent, _host(profile, site.address4, link))


def _loopback(profile: Profile, address4: IPv4Address) -> Choice:
    return Fixed(lambda region: profile.loopback(region, address4))


def _end(profile: Profile, upper: bool) -> Choice:
    return Fixed(lambda link: profile.end(link, upper))


def _host(profile: Profile, address4: IPv4Address, link: Link) -> Choice:
    return Fixed(lambda subnet: profile.host(subnet, address4, link.prefix4))
