"""Documentation prefixes stay in the lab: 3fff::/20 (RFC 9637) and 2001:db8::/32 (RFC 3849) are never announced."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View
from inventory.vocab import DOCUMENTATION


@rule("documentation-prefix", partial=True)
def documentation_prefix(view: View) -> Iterator[Reason]:
    """Blocks and given link prefixes of an environment in the field are real ones."""
    if view.inventory.environment.kind == "lab":
        return
    for n, block in enumerate(view.inventory.environment.blocks):
        if any(block.prefix.overlaps(prefix) for prefix in DOCUMENTATION):
            cause = f"block {block.prefix} is documentation space, which only the lab may use"
            fix = "write the block that was allocated to the province"
            yield Reason((view.environment_file, "blocks", n, "prefix"), cause, fix)
    for ref, _, link in view.links:
        if link.prefix6 is not None and any(link.prefix6.overlaps(prefix) for prefix in DOCUMENTATION):
            cause = f"link {link.id} has {link.prefix6}, documentation space, which only the lab may use"
            yield Reason((*ref, "prefix6"), cause, "write the prefix that the provider assigned")
