"""A whole province in memory: the real one with as many organisations, sites and devices as it will have one day.

Nothing is invented about the shape: towns get routers behind their county's router, sites go on the platforms' site
hosts, organisations into their counties; every device is held, so that every text is compared with what runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from inventory.addressing import Organisation
from inventory.model import Device, Interface, Inventory, Link, Platform, Site
from inventory.source import load
from inventory.vocab import Role, SiteKind

ROOT = Path(__file__).resolve().parents[2]
DMZ = IPv4Network("198.18.0.0/15")
TOWN_LINKS = IPv4Network("10.250.0.0/16")
TOWN_LOOPBACKS = IPv4Network("10.251.0.0/16")
TOWN_MANAGEMENT = IPv4Network("172.20.0.0/16")
FIRST_SITE = 64
"""Host number of the first added site inside its DMZ; smaller ones are the real province's."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town's router, its link, and the port that the county's router `above` gets for it."""

    platform: str
    above: str
    link: Link
    down: Interface
    router: Device


def province(organisations: int = 3000, sites: int = 5000, devices: int = 1000) -> Inventory:
    """The real province grown to so many organisations, sites and devices; the same numbers give the same value."""
    real = load(ROOT / "inventory" / "hunan")
    towns = _towns(real, devices - len(real.devices))
    more = sites - len(real.sites)
    platforms = []
    for position, platform in enumerate(real.platforms):
        grown = _with_sites(_wide_dmz(platform, position), more, position, len(real.platforms))
        platforms.append(_with_towns(grown, [town for town in towns if town.platform == platform.name]))
    environment = real.environment.model_copy(update={"holds": tuple(region.code for region in real.regions)})
    fields = {name: getattr(real, name) for name in type(real).model_fields}
    fields |= {"platforms": tuple(platforms), "environment": environment}
    # Built anew, not copied: a copy would carry the cached look-ups of the small province along.
    return Inventory.model_construct(**fields | {"organisations": _organisations(real, organisations)})


def _organisations(real: Inventory, wanted: int) -> tuple[Organisation, ...]:
    homes = [region for region in real.regions if not region.successor and not region.valid_to]
    model, found = real.organisations[0], list(real.organisations)
    for number in range(wanted - len(found)):
        home = homes[number % len(homes)]
        found.append(
            model.model_copy(
                update={"id": f"unit-{number:04d}", "name": f"{home.name}第{number}单位", "region": home.code}
            )
        )
    return tuple(found)


def _wide_dmz(platform: Platform, position: int) -> Platform:
    """The DMZ as a /22, so that it has room for more than 254 sites."""
    old = next(link.prefix4 for link in platform.links if link.zone == "dmz")
    new = IPv4Network((int(DMZ.network_address) + (position << 10), 22))

    def moved(address: IPv4Address) -> IPv4Address:
        return new[int(address) - int(old.network_address)] if address in old else address

    def device(one: Device) -> Device:
        ports = (port.model_copy(update={"address4": moved(port.address4)}) for port in one.interfaces)
        return one.model_copy(update={"interfaces": tuple(ports)})

    links = (link.model_copy(update={"prefix4": new}) if link.zone == "dmz" else link for link in platform.links)
    sites = (site.model_copy(update={"address4": moved(site.address4)}) for site in platform.sites)
    return platform.model_copy(
        update={"links": tuple(links), "devices": tuple(map(device, platform.devices)), "sites": tuple(sites)}
    )


def _with_sites(platform: Platform, more: int, position: int, shares: int) -> Platform:
    """This platform's share of the added sites."""
    mine = more // shares + (position < more % shares)
    dmz = next(link.prefix4 for link in platform.links if link.zone == "dmz")
    added = [
        Site(
            name=f"s{number:04d}.{platform.dns_zone}",
            title=f"{platform.title}站点{number}",
            owner=platform.operator,
            kind=SiteKind.DEPARTMENT,
            platform=platform.name,
            address4=dmz[FIRST_SITE + number],
        )
        for number in range(mine)
    ]
    return platform.model_copy(update={"sites": (*platform.sites, *added)})


def _towns(real: Inventory, wanted: int) -> list[Town]:
    """Routers of towns, one more for each county in turn, each behind its county's router."""
    counties = [device for device in real.devices.values() if device.role is Role.COUNTY_PE]
    found = []
    for number in range(wanted):
        above, turn = counties[number % len(counties)], number // len(counties)
        name = f"town-{above.region}-{turn}"
        net = IPv4Network((int(TOWN_LINKS.network_address) + 2 * number, 31))
        link = Link(id=name, kind="p2p", prefix4=net, owner=above.region)
        up = Interface(name="to-county", link=name, address4=net[1], hardware="GigabitEthernet0/0/1")
        down = Interface(name=f"to-town-{turn}", link=name, address4=net[0], hardware=f"GigabitEthernet0/1/{turn}")
        router = {
            "name": name,
            "mgmt4": TOWN_MANAGEMENT[number + 1],
            "loopback4": TOWN_LOOPBACKS[number + 1],
            "interfaces": (up,),
        }
        home = real.platform_of_device[above.name]
        found.append(Town(home, above.name, link, down, above.model_copy(update=router)))
    return found


def _with_towns(platform: Platform, towns: list[Town]) -> Platform:
    ports: dict[str, list[Interface]] = {}
    for town in towns:
        ports.setdefault(town.above, []).append(town.down)
    devices = [
        device.model_copy(update={"interfaces": (*device.interfaces, *ports.get(device.name, ()))})
        for device in platform.devices
    ]
    return platform.model_copy(
        update={
            "links": (*platform.links, *(town.link for town in towns)),
            "devices": (*devices, *(town.router for town in towns)),
        }
    )
