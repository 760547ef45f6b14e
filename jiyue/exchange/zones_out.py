"""Reverse zones of the plan and the forward zones that match them, as zone files (RFC 1035, 5; RFC 3596, 2.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from inventory.model import SHARED, Inventory
from inventory.vocab import Level
from ipv6.brownfield.planned import Planned
from ipv6.plan.prefix import parse

TTL = 3600
"""Seconds."""
_SERIAL = re.compile(r"^(\s*)(\d+)(\s*; serial)$", re.MULTILINE)
MOST_SERIAL = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Name:
    """One address with the name it answers to."""

    address: IPv4Address | IPv6Address
    name: str


def files(inv: Inventory, rows: Sequence[Planned], claims: Mapping[str, str], serial: int) -> dict[str, str]:
    """Zone files by file name: in-addr.arpa per /24, ip6.arpa per region (at its nibble), `net.` zones forward."""
    found = names(inv, rows)
    regions = _regions(claims)
    reverse: dict[str, dict[str, str]] = {}
    for one in found:
        origin = _origin(one, regions)
        if origin:
            pointer = one.address.reverse_pointer
            reverse.setdefault(origin, {})[pointer.removesuffix(f".{origin}")] = one.name
    head = _head(inv, serial)
    texts = {
        f"{origin}.zone": _zone(
            origin, head, [f"{owner} IN PTR {target}" for owner, target in sorted(pointers.items())]
        )
        for origin, pointers in reverse.items()
    }
    return dict(sorted((texts | _forward(inv, found, head)).items()))


def names(inv: Inventory, rows: Sequence[Planned]) -> tuple[Name, ...]:
    """One name for each address: a site's or name server's own, else interface.device.net.zone; not management.

    Addresses that a provider numbers are the provider's to name.
    """
    zone_of = {platform.name: platform.dns_zone for platform in inv.platforms}
    zone_of[SHARED] = home_zone(inv)
    servers = {device: name for name, device in inv.network.name_servers.items()}
    found: dict[IPv4Address | IPv6Address, str] = {}
    for row in sorted(rows, key=lambda one: (not one.dns, one.kind, one.name)):
        if row.is_prefix or row.kind in ("mgmt", "system") or (row.kind == "port" and not row.key):
            continue
        inside = f"net.{zone_of[row.platform]}."
        label = f"{row.interface}.{row.device}." if row.kind == "port" else f"{row.device}."
        own = f"{row.dns}." if row.dns else f"{servers[row.device]}." if row.device in servers else label + inside
        for text in filter(None, (row.ipv4, row.ipv6)):
            bare = text.split("/")[0]
            found.setdefault(IPv6Address(bare) if ":" in bare else IPv4Address(bare), own)
    return tuple(Name(address, name) for address, name in sorted(found.items(), key=lambda one: _order(one[0])))


def home_zone(inv: Inventory) -> str:
    """The DNS zone of the province's own platform."""
    levels = {region.code: region.level for region in inv.regions}
    return next(one.dns_zone for one in inv.platforms if levels.get(one.code) is Level.PROVINCE)


def same_but_serial(old: str, new: str) -> bool:
    """Whether two zone files differ in nothing but the serial."""
    return _SERIAL.sub(r"\1\3", old) == _SERIAL.sub(r"\1\3", new)


def raised(old: str, new: str) -> str:
    """The new file with a serial above the old file's (RFC 1982 is not needed: serials only grow)."""
    before = _SERIAL.search(old)
    after = _SERIAL.search(new)
    if not before or not after or int(after[2]) > int(before[2]):
        return new
    return _SERIAL.sub(rf"\g<1>{min(int(before[2]) + 1, MOST_SERIAL)}\g<3>", new)


def _regions(claims: Mapping[str, str]) -> dict[int, dict[int, str]]:
    """The ip6.arpa origin of every region's prefix by length and first address; every region ends on a nibble."""
    found: dict[int, dict[int, str]] = {}
    for key, text in claims.items():
        if key.startswith("region/") and key.count("/") == 2:
            prefix = parse(text, key)
            nibbles = IPv6Address(prefix.first).exploded.replace(":", "")[: prefix.length // 4]
            found.setdefault(prefix.length, {})[prefix.first] = ".".join(reversed(nibbles)) + ".ip6.arpa"
    return found


def _origin(one: Name, regions: Mapping[int, Mapping[int, str]]) -> str:
    """The zone an address belongs to; "" for IPv6 outside every region."""
    if isinstance(one.address, IPv4Address):
        return one.address.reverse_pointer.split(".", 1)[1]
    number = int(one.address)
    for length in sorted(regions, reverse=True):
        if origin := regions[length].get(number >> (128 - length) << (128 - length)):
            return origin
    return ""


def _forward(inv: Inventory, found: Iterable[Name], head: Sequence[str]) -> dict[str, str]:
    """`net.<zone>` of each platform, so that every PTR has its address record (RFC 1912, 2.1)."""
    zones = {f"net.{platform.dns_zone}": [] for platform in inv.platforms}  # type: dict[str, list[str]]
    for one in found:
        for origin, lines in zones.items():
            if one.name.endswith(f".{origin}."):
                kind = "A" if one.address.version == 4 else "AAAA"
                lines.append(f"{one.name.removesuffix(f'.{origin}.')} IN {kind} {one.address}")
    return {f"{origin}.zone": _zone(origin, head, lines) for origin, lines in zones.items() if lines}


def _head(inv: Inventory, serial: int) -> list[str]:
    servers = sorted(inv.network.name_servers)
    soa = [
        f"@ IN SOA {servers[0]}. hostmaster.{home_zone(inv)}. (",
        f"    {serial} ; serial",
        "    3600 ; refresh",
        "    900 ; retry",
        "    1209600 ; expire",
        "    300 ) ; negative answers",
    ]
    return [*soa, *(f"@ IN NS {name}." for name in servers)]


def _zone(origin: str, head: Iterable[str], records: Iterable[str]) -> str:
    return "\n".join([f"$ORIGIN {origin}.", f"$TTL {TTL}", *head, *records]) + "\n"


def _order(address: IPv4Address | IPv6Address) -> tuple[int, int]:
    return address.version, int(address)
