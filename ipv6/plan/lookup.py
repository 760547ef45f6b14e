"""Addresses of ports, zones and sites in both families, from the inventory (IPv4) and the claims (IPv6)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address

from inventory.errors import InputError
from inventory.model import Device, Interface, Inventory, Link, Platform, Site
from inventory.vocab import ENTRY_ZONE, EXCHANGE_ZONE, Entry, Plane
from ipv6.plan.hosts import Hosts
from ipv6.plan.prefix import address_of, parse
from ipv6.plan.wanted import link_ends, platform_of_link

EXTRANET4 = "10.0.0.0/8"
"""IPv4 of the e-government extranet (design, section 6); its IPv6 is the public plane's claim."""


class Lookup:
    """Both families of everything that has an address; without claims every IPv6 answer is empty."""

    def __init__(self, inv: Inventory, claims: Mapping[str, str] | None) -> None:
        self.inv = inv
        self.claims = claims

    @cached_property
    def ends(self) -> dict[str, tuple[tuple[Device, Interface], ...]]:
        """Ports on each link, upper end first."""
        return link_ends(self.inv)

    @cached_property
    def home(self) -> dict[str, str]:
        """Platform of each platform-owned link."""
        return platform_of_link(self.inv)

    def claim(self, key: str) -> str:
        """Prefix of a ledger claim; "" without claims; InputError when the plan lacks it."""
        if self.claims is None:
            return ""
        if key not in self.claims:
            raise InputError("plan", f"no claim for {key}", "run `jiyue ipv6 plan` again")
        return self.claims[key]

    def address6(self, key: str) -> str:
        """Address part of a claim, or ""."""
        return address_of(self.claim(key))

    def port4(self, interface: Interface) -> str:
        """IPv4 of a port as `address/length`."""
        return f"{interface.address4}/{self.inv.links[interface.link].prefix4.prefixlen}"

    def port6(self, device: Device, interface: Interface) -> str:
        """IPv6 of a port as `address/length` (/127 between two, RFC 6164; /64 on a LAN), or "" without claims."""
        if self.claims is None:
            return ""
        length = 127 if self.inv.links[interface.link].kind == "p2p" else 64
        if self.inv.links[interface.link].prefix6 is not None:
            return f"{interface.address6}/{length}" if interface.address6 else ""
        return f"{self.address6(f'iface/{device.name}/{interface.name}')}/{length}"

    def port(self, device: Device, interface: Interface) -> tuple[str, ...]:
        """Both families of a port, IPv4 first."""
        return both(self.port4(interface), self.port6(device, interface))

    def loopbacks(self, device: Device) -> tuple[str, ...]:
        """Loopback addresses with their length, IPv4 first; empty without an IPv4 loopback."""
        if device.loopback4 is None:
            return ()
        return both(f"{device.loopback4}/32", self.claim(f"loopback/{device.name}"))

    def zone(self, platform: str, link: Link) -> tuple[str, ...]:
        """A zone's prefixes: its IPv4 LAN, then its IPv6 /52."""
        return both(str(link.prefix4), self.claim(f"zone/{platform}/{link.zone}"))

    def behind(self, platform: Platform, link: Link) -> tuple[str, ...]:
        """What a firewall reaches through a zone's LAN: the zone, and the Service range that is entered there."""
        entered = link.zone == EXCHANGE_ZONE and platform.cluster4 is not None
        return (*self.zone(platform.name, link), *(self.services(platform) if entered else ()))

    def services(self, platform: Platform) -> tuple[str, ...]:
        """The Service range of a platform's cluster, IPv4 first."""
        return both(str(platform.services4), self.claim(f"services/{platform.name}"))

    def cluster(self, platform: Platform) -> tuple[str, ...]:
        """Where that range is entered: addresses in the exchange zone, IPv4 first; empty without an entry."""
        return self._entry(platform, EXCHANGE_ZONE, platform.cluster4)

    def edge(self, platform: Platform) -> tuple[str, ...]:
        """Where visitors enter its cluster: addresses in the DMZ, IPv4 first; empty without one."""
        return self._entry(platform, ENTRY_ZONE, platform.edge4)

    def entered6(self, platform: Platform) -> str:
        """Where AAAA of all its sites lead when visitors enter its cluster; "" elsewhere and without claims."""
        six = self.edge(platform)[1:] if platform.entry is Entry.CLUSTER else ()
        return six[0] if six else ""

    def visited(self, site: Site) -> tuple[str, ...]:
        """Where names lead a site's visitors, IPv4 first: its own addresses, or over IPv6 its cluster's edge."""
        six = self.entered6(self.inv.platform_by_name[site.platform]) or self.address6(f"site/{site.name}")
        return both(str(site.address4), six)

    def _entry(self, platform: Platform, zone: str, address4: IPv4Address | None) -> tuple[str, ...]:
        """The IPv6 one is spelt like those of hosts and lies in the LAN's own /64, so it needs no claim of its own."""
        links = [link for link in platform.links if link.zone == zone]
        if address4 is None or not links:
            return ()
        subnet = self.claim(f"subnet/{platform.name}/{zone}")
        if not subnet:
            return (str(address4),)
        six = Hosts().host(parse(subnet), address4, links[0].prefix4)
        return (str(address4), address_of(str(six)))

    def extranet(self) -> tuple[str, ...]:
        """Prefixes whose sources count as extranet, not internet: IPv4, then every block of the public plane."""
        return (EXTRANET4, *self._blocks(Plane.PUBLIC))

    def internet(self) -> tuple[str, ...]:
        """Our own prefixes in the provider's space, all that a provider is told: IPv4 LANs, then every block."""
        lans = {link.prefix4 for link in self.inv.links.values() if link.plane == Plane.INTERNET and link.kind == "lan"}
        return (*map(str, sorted(lans)), *self._blocks(Plane.INTERNET))

    def _blocks(self, plane: Plane) -> tuple[str, ...]:
        """IPv6 of a plane, the first block first; nothing without claims."""
        if self.claims is None:
            return ()
        main = f"plane/{plane}"
        further = sorted(key for key in self.claims if key.startswith(f"{main}/"))
        return tuple(self.claim(key) for key in (main, *further))

    def far_end(self, device: Device, interface: Interface) -> tuple[tuple[Device, Interface], ...]:
        """The other ports on the same link."""
        return tuple(end for end in self.ends[interface.link] if end[0].name != device.name)


def both(four: str, six: str) -> tuple[str, ...]:
    """IPv4 text, then IPv6 text where there is one."""
    return (four, six) if six else (four,)


def other_end4(address: IPv4Address) -> str:
    """The other address of a /31 (RFC 3021)."""
    return str(IPv4Address(int(address) ^ 1))


def other_end6(address: IPv6Address) -> str:
    """The other address of a /127 (RFC 6164)."""
    return str(IPv6Address(int(address) ^ 1))


def bare(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses without their lengths."""
    return tuple(address_of(address) for address in addresses)
