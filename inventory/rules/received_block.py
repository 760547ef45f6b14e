"""The blocks an environment received fit the profile: one per plane, a /28 cut by index or a whole /32."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._blocks import CUT_BITS, PLANE_BITS
from inventory.rules._clash import twice
from inventory.view import View
from inventory.vocab import Plane


@rule("received-block")
def received_block(view: View) -> Iterator[Reason]:
    """Size and index of each block, and exactly one block for each plane."""
    file, blocks = view.environment_file, view.inventory.environment.blocks
    for n, block in enumerate(blocks):
        bits = block.prefix.prefixlen
        if bits not in (CUT_BITS, PLANE_BITS):
            cause = f"block {block.prefix} is a /{bits}; the legible profile needs a /{CUT_BITS} or a /{PLANE_BITS}"
            yield Reason((file, "blocks", n, "prefix"), cause, "apply for a larger block or use the part that fits")
        if bits == PLANE_BITS and block.index:
            cause = f"block {block.prefix} is one whole plane, so index {block.index} has no meaning"
            yield Reason((file, "blocks", n, "index"), cause, "remove the index")
    yield from twice(
        ((str(block.plane), (file, "blocks", n, "plane")) for n, block in enumerate(blocks)),
        "plane",
        "keep one block per plane",
    )
    for plane in Plane:
        if all(block.plane != plane for block in blocks):
            cause = f"no block for plane {plane}"
            yield Reason((file, "blocks"), cause, f"add {{plane: {plane}, prefix: ..., source: ...}}")
