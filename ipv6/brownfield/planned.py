"""What the province's data and the ledger say of every address: the other half of each pair, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface

from inventory.model import SHARED, Device, Inventory, Link
from inventory.vocab import Plane
from ipv6.plan.prefix import address_of


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing with its addresses as `address/length` or prefix; `ipv6` is empty where nothing is planned.

    `kind` is port, loopback, site, system or mgmt (addresses), zone, link, services or organisation (prefixes; the last
    has no IPv4). `key` is the ledger's key of the IPv6 side, `dns` a DNS name where the thing has one.
    """

    kind: str
    name: str
    platform: str
    region: str
    ipv4: str
    ipv6: str = ""
    key: str = ""
    device: str = ""
    interface: str = ""
    plane: str = Plane.PUBLIC
    zone: str = ""
    title: str = ""
    dns: str = ""

    @property
    def is_prefix(self) -> bool:
        """Whether it is a network and not one address."""
        return self.kind in ("zone", "link", "services", "organisation")

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"{self.kind} {self.name}"

    @property
    def host4(self) -> int:
        """The IPv4 address as an integer."""
        return int(ip_interface(self.ipv4).ip)

    @property
    def host6(self) -> int | None:
        """The planned IPv6 address as an integer; None without one."""
        return int(ip_address(address_of(self.ipv6))) if self.ipv6 else None


def planned(inv: Inventory, claims: Mapping[str, str]) -> tuple[Planned, ...]:
    """Every address and network of the province: networks, loopbacks, ports, sites, systems, management."""
    found: list[Planned] = []
    platform_of = {link.id: platform.name for platform in inv.platforms for link in platform.links}
    for link in inv.links.values():
        found.append(_link(link, claims, platform_of.get(link.id, SHARED)))
    for platform in inv.platforms:
        key = f"services/{platform.name}"
        found.append(
            Planned("services", platform.name, platform.name, platform.code, str(platform.services4),
                    claims.get(key, ""), key, title=platform.title)
        )  # fmt: skip
    for name, device in inv.devices.items():
        found += _device(inv, claims, device, inv.platform_of_device[name])
    for site in inv.sites:
        home, key = inv.platform_by_name[site.platform], f"site/{site.name}"
        found.append(
            Planned("site", site.name, site.platform, home.code, f"{site.address4}/32", claims.get(key, ""), key,
                    plane=Plane.INTERNET, zone="dmz", title=site.title, dns=site.name)
        )  # fmt: skip
    for platform in inv.platforms:
        for system in platform.systems:
            found.append(
                Planned("system", system.name, platform.name, platform.code, f"{system.address4}/32",
                        zone=system.zone, title=system.owner)
            )  # fmt: skip
    for unit in inv.organisations:
        key = f"org/{unit.plane}/{unit.region}/{unit.id}"
        found.append(
            Planned("organisation", unit.id, unit.platform, unit.region, "", claims.get(key, ""), key,
                    plane=unit.plane, title=unit.name)
        )  # fmt: skip
    return tuple(found)


def _link(link: Link, claims: Mapping[str, str], platform: str) -> Planned:
    key = f"subnet/{platform}/{link.zone}" if link.zone else f"link/{link.id}"
    six = str(link.prefix6) if link.prefix6 else claims.get(key, "")
    kind, name = ("zone", f"{platform}/{link.zone}") if link.zone else ("link", link.id)
    return Planned(
        kind, name, platform, link.owner, str(link.prefix4), six, "" if link.prefix6 else key,
        plane=link.plane, zone=link.zone,
    )  # fmt: skip


def _device(inv: Inventory, claims: Mapping[str, str], device: Device, platform: str) -> Iterator[Planned]:
    if device.loopback4:
        key = f"loopback/{device.name}"
        six = claims.get(key, "")
        yield Planned(
            "loopback", device.name, platform, device.region, f"{device.loopback4}/32", six, key, device.name, "lo"
        )
    for port in device.interfaces:
        link, key = inv.links[port.link], f"iface/{device.name}/{port.name}"
        length = 127 if link.kind == "p2p" else 64
        address = str(port.address6) if port.address6 else address_of(claims.get(key, ""))
        yield Planned(
            "port", f"{device.name} {port.name}", platform, device.region,
            f"{port.address4}/{link.prefix4.prefixlen}", f"{address}/{length}" if address else "",
            "" if port.address6 else key, device.name, port.name, plane=link.plane, zone=link.zone,
        )  # fmt: skip
    yield Planned(
        "mgmt", device.name, platform, device.region, f"{device.mgmt4}/32", device=device.name, interface="mgmt"
    )
