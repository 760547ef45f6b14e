"""A link has the ends its kind needs, belongs to a region in force, and a zone's LAN lies in the zone's plane."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View

_P2P_BITS = 31  # RFC 3021


@rule("link-ends")
def link_ends(view: View) -> Iterator[Reason]:
    """Point-to-point: a /31 with two ends, or one when the provider holds the other; a LAN: at least one."""
    ends = Counter(port.link for _, _, port in view.interfaces)
    planes = {zone.id: zone.plane for zone in view.inventory.matrix.zones}
    for ref, _, link in view.links:
        count = ends[link.id]
        wanted = 1 if link.prefix6 is not None else 2
        if link.kind == "p2p" and count != wanted:
            cause = f"link {link.id} has {count} end{'' if count == 1 else 's'}, a p2p link needs {wanted}"
            yield Reason(ref, cause, "add or remove an interface with this link")
        if link.kind == "p2p" and link.prefix4.prefixlen != _P2P_BITS:
            cause = f"link {link.id} is p2p with a /{link.prefix4.prefixlen}"
            yield Reason((*ref, "prefix4"), cause, f"write a /{_P2P_BITS} (RFC 3021)")
        if link.kind == "lan" and count == 0:
            yield Reason(ref, f"link {link.id} has no interface", "add an interface with this link or remove it")
        if link.owner not in view.current:
            cause = f'link {link.id} is owned by "{link.owner}", no region in force'
            yield Reason((*ref, "owner"), cause, "write a current code of regions.csv")
        if link.zone and link.zone not in planes:
            cause = f'link {link.id} is in zone "{link.zone}", which zones.yaml does not have'
            yield Reason((*ref, "zone"), cause, f"write one of: {', '.join(planes)}")
        elif link.zone and planes[link.zone] != link.plane:
            cause = f"link {link.id} is in plane {link.plane}, its zone {link.zone} in plane {planes[link.zone]}"
            yield Reason((*ref, "plane"), cause, f"write plane: {planes[link.zone]}")
