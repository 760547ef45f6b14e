"""The blocks an environment received fit the profile: one main block per plane, further ones with an id."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.environment import Block
from inventory.rules import Reason, rule
from inventory.rules._blocks import MAIN
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import Ref, View
from inventory.vocab import Plane


@rule("received-block")
def received_block(view: View) -> Iterator[Reason]:
    """Size and index of each block, exactly one main block for each plane, and what bound blocks are bound to."""
    file, blocks = view.environment_file, view.inventory.environment.blocks
    for n, block in enumerate(blocks):
        yield from _size(view, (file, "blocks", n), block)
        yield from _bound(view, (file, "blocks", n), block)
    main = [(n, block) for n, block in enumerate(blocks) if not block.id]
    yield from twice(
        ((str(block.plane), (file, "blocks", n, "plane")) for n, block in main),
        "plane",
        "keep one block per plane, give further ones an id",
    )
    further = [(n, block) for n, block in enumerate(blocks) if block.id]
    yield from twice(
        ((f"{block.id} of plane {block.plane}", (file, "blocks", n, "id")) for n, block in further),
        "block",
        "give each block its own id",
    )
    for plane in Plane:
        if all(block.plane != plane for _, block in main):
            cause = f"no block for plane {plane}"
            yield Reason((file, "blocks"), cause, f"add {{plane: {plane}, prefix: ..., source: ...}}")


def _size(view: View, at: Ref, block: Block) -> Iterator[Reason]:
    """A whole block has an index, a plane none; smaller ones must be bound, so that nobody expects a plane of them."""
    shape, profile = view.inventory.addressing.shape, view.inventory.addressing.profile
    bits = block.prefix.prefixlen
    small = (shape.city, shape.region)
    if bits in small and block.regions and block.id:
        pass
    elif bits not in (shape.whole, shape.plane):
        wanted = f"a /{shape.whole} or a /{shape.plane}"
        cause = f"block {block.prefix} is a /{bits}; the {profile} profile needs {wanted}"
        if bits > shape.plane:
            cause += f": {bits - shape.plane} bits are missing for one plane"
        yield Reason((*at, "prefix"), cause, "apply for a larger block or use the part that fits")
    if bits != shape.whole and block.index:
        cause = f"block {block.prefix} is one whole plane, so index {block.index} has no meaning"
        yield Reason((*at, "index"), cause, "remove the index")


def _bound(view: View, at: Ref, block: Block) -> Iterator[Reason]:
    """Only a further block is bound, to regions in force, and a small one to what fits in it."""
    shape, bits = view.inventory.addressing.shape, block.prefix.prefixlen
    if block.id == MAIN:
        yield Reason((*at, "id"), f"{MAIN} is the name of the block without an id", "choose another id")
    if block.regions and not block.id:
        cause = f"the main block of plane {block.plane} is bound to regions, so the others would have none"
        yield Reason((*at, "regions"), cause, "give the block an id and add a main one")
    for n, code in enumerate(block.regions):
        if code not in view.current:
            yield Reason((*at, "regions", n), f"region {show(code)} is not in force", "write a code of regions.csv")
    if bits == shape.region and len(block.regions) > 1:
        cause = f"block {block.prefix} holds one region, not {len(block.regions)}"
        yield Reason((*at, "regions"), cause, "bind it to one region")
    if bits == shape.city and len({code[:4] for code in block.regions}) > 1:
        cause = f"block {block.prefix} holds one city with its counties, not regions of several"
        yield Reason((*at, "regions"), cause, "bind it to regions of one city")
