"""From a received block to the prefix of a plane, and what is missing when the block is too small."""

from __future__ import annotations

from inventory.addressing import Shape
from inventory.environment import Block
from inventory.errors import InputError
from ipv6.plan.prefix import Prefix, parse


def plane_of(block: Block, profile: str, shape: Shape) -> Prefix:
    """The plane's prefix, or the bound part of one; InputError that says how many bits are missing."""
    place = f"block of plane {block.plane}"
    received = parse(str(block.prefix), place)
    if received.length == shape.whole:
        return received.child(shape.plane, block.index)
    if block.index:
        cause = f"{received} is no /{shape.whole}, so index {block.index} has no meaning"
        raise InputError(place, cause, "remove the index")
    if received.length == shape.plane or (block.regions and received.length in shape):
        return received
    cause = (
        f"the {profile} profile needs a /{shape.whole} with an index or a /{shape.plane} without one, got {received}"
    )
    if received.length > shape.plane:
        cause += f": {received.length - shape.plane} bits are missing for one plane"
    raise InputError(place, cause, "receive a larger block (RFC 6177 sizing) or give the plane one of its own")
