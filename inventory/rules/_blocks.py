"""What a received block gives: the prefix of a plane, or a part of one that is bound to a city or a region."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network

from inventory.addressing import Shape
from inventory.environment import Block

MAIN = "main"
"""What the block without an id is called in keys and messages, so no other block may have this id."""


def plane_prefix(block: Block, shape: Shape) -> IPv6Network | None:
    """The `index`-th plane of a whole block, or a smaller block as it is; None for a size that no level has."""
    if block.prefix.prefixlen in shape[1:]:
        return block.prefix
    if block.prefix.prefixlen != shape.whole:
        return None
    start = int(block.prefix.network_address) + (block.index << (128 - shape.plane))
    return IPv6Network((IPv6Address(start), shape.plane))
