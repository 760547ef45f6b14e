"""Addresses that a name may not lead to: a page or a resolver must not make the prober knock at inner doors.

A probe that states its address is the controller's own question and is not guarded; a name's answer always is.
Documentation and benchmark space (RFC 9637, RFC 3849, RFC 2544) stays open: labs live there.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

INNER4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
INNER6 = tuple(IPv6Network(text) for text in ("::/127", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"))
CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Prefixes whose last 32 bits are an IPv4 address (RFC 6052, and the long withdrawn compatible form)."""


def barred(address: str) -> str:
    """Why a name's address is not connected to; empty when it may be."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address[:60]} is not an address"
    for one in (found, *_inside(found)):
        nets = INNER4 if isinstance(one, IPv4Address) else INNER6
        if any(one in net for net in nets):
            return f"the name leads to the inner address {address[:60]}"
    return ""


def _inside(found: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address carries."""
    if isinstance(found, IPv4Address):
        return []
    carried = [one for one in (found.ipv4_mapped, found.sixtofour) if one is not None]
    if any(found in net for net in CARRIERS) and int(found) > 1:
        carried.append(IPv4Address(int(found) & 0xFFFFFFFF))
    return carried
