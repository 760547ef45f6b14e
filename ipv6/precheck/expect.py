"""What must talk, from the inventory and the ledger's claims; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inventory.model import Device, Inventory
from inventory.vocab import Role
from ipv6.plan.lookup import Lookup
from ipv6.plan.prefix import address_of
from ipv6.precheck.network import Port
from ipv6.precheck.numbers import Ranges, address, prefix, union
from ipv6.precheck.spec import Owned, Spec, Twin, Zone
from ipv6.zones.matrix import flows_for

ROUTERS = (Role.CORE, Role.PE, Role.COUNTY_PE)


def expectation(inv: Inventory, claims: Mapping[str, str]) -> Spec:
    """The expectation for the devices that this environment holds; deferred ones are not asked about."""
    found = Lookup(inv, claims or None)
    held = [device for device in inv.devices.values() if inv.holds(device)]
    return Spec(
        zones=tuple(_zones(inv, found, held)),
        flows={platform.name: flows_for(inv.matrix, platform.name) for platform in inv.platforms},
        extranet=_by_family(found.extranet()),
        internet=tuple(_provider(inv, held)),
        routers=tuple(device.name for device in held if device.role in ROUTERS),
        owned=tuple(_owned(inv, found, held)),
        twins=tuple(_twins(inv, found, held)),
        wiring=_wiring(held),
    )


def _zones(inv: Inventory, found: Lookup, held: list[Device]) -> Iterator[Zone]:
    behind = {port.link for device in held if device.role is Role.FIREWALL for port in device.interfaces}
    for platform in inv.platforms:
        for link in platform.links:
            if link.zone and link.id in behind:
                six = found.claim(f"subnet/{platform.name}/{link.zone}")
                lan = _by_family((str(link.prefix4), six) if six else (str(link.prefix4),))
                yield Zone(platform.name, link.zone, link.id, lan, _by_family(found.behind(platform, link)))


def _by_family(prefixes: tuple[str, ...]) -> dict[int, Ranges]:
    intervals: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for text in prefixes:
        version, first, last, _ = prefix(text)
        intervals[version].append((first, last))
    return {version: union(one) for version, one in intervals.items() if one}


def _provider(inv: Inventory, held: list[Device]) -> Iterator[Port]:
    """Ports on links that the provider numbered: there the internet begins."""
    for device in held:
        for port in device.interfaces:
            if inv.links[port.link].prefix6 is not None:
                yield device.name, port.name


def _owned(inv: Inventory, found: Lookup, held: list[Device]) -> Iterator[Owned]:
    hosts = {port.link: device.name for device in held if device.role is Role.SITE_HOST for port in device.interfaces}
    present = {port.link for device in held for port in device.interfaces}
    for device in held:
        both = found.loopbacks(device)
        if both:
            yield Owned("loopback", device.name, device.name, *_numbers(both))
        for port in device.interfaces:
            others = found.far_end(device, port)
            if others and not any(inv.holds(other) for other, _ in others):
                continue
            if port.link in present:
                yield Owned("port", f"{device.name} {port.name}", device.name, *_numbers(found.port(device, port)))
    for site in inv.sites:
        link = next(
            (one for one in inv.platform_by_name[site.platform].links if one.zone and site.address4 in one.prefix4),
            None,
        )
        if link is not None and link.id in hosts:
            six = found.address6(f"site/{site.name}")
            yield Owned("site", site.name, hosts[link.id], *_numbers((str(site.address4), six)))


def _numbers(both: tuple[str, ...]) -> tuple[int | None, int | None]:
    four = next((address(address_of(text))[1] for text in both if text and ":" not in text), None)
    six = next((address(address_of(text))[1] for text in both if ":" in text), None)
    return four, six


def _twins(inv: Inventory, found: Lookup, held: list[Device]) -> Iterator[Twin]:
    pairs: list[tuple[str, tuple[str, ...]]] = [
        (f"loopback {device.name}", both) for device in held if (both := found.loopbacks(device))
    ]
    for platform in inv.platforms:
        pairs += [
            (f"zone {platform.name}/{one.zone}", found.zone(platform.name, one)) for one in platform.links if one.zone
        ]
    for name, both in pairs:
        if len(both) == 2:
            yield Twin(name, prefix(both[0])[1:3], prefix(both[1])[1:3])


def _wiring(held: list[Device]) -> dict[Port, str]:
    """Ports to links; a network namespace of a host is a node of its own."""
    return {
        (f"{device.name}/{port.netns}" if port.netns else device.name, port.name): port.link
        for device in held
        for port in device.interfaces
    }
