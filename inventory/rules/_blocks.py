"""What a received block gives: the /32 of a plane."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network

from inventory.environment import Block

PLANE_BITS = 32
CUT_BITS = 28


def plane_prefix(block: Block) -> IPv6Network | None:
    """The plane's /32: the `index`-th of a /28, or the /32 itself; None for any other size."""
    if block.prefix.prefixlen == PLANE_BITS:
        return block.prefix
    if block.prefix.prefixlen != CUT_BITS:
        return None
    start = int(block.prefix.network_address) + (block.index << (128 - PLANE_BITS))
    return IPv6Network((IPv6Address(start), PLANE_BITS))
