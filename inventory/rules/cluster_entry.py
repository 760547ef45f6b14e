"""A cluster is entered at free addresses: platforms come through the exchange zone, visitors through the DMZ."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View
from inventory.vocab import ENTRY_ZONE, EXCHANGE_ZONE, Entry


@rule("cluster-entry")
def cluster_entry(view: View) -> Iterator[Reason]:
    """Inside the LAN of its zone, where firewalls deliver what is allowed in, and nobody else's address."""
    taken = {port.address4: device.name for _, device, port in view.interfaces}
    taken |= {site.address4: site.name for _, platform in view.platforms for site in platform.sites}
    for ref, platform in view.platforms:
        entries = (("cluster4", platform.cluster4, EXCHANGE_ZONE), ("edge4", platform.edge4, ENTRY_ZONE))
        for key, address, zone in entries:
            if address is None:
                continue
            entered = f"the cluster of {platform.name} is entered at {address}"
            prefixes = [link.prefix4 for link in platform.links if link.zone == zone]
            if not any(address in prefix for prefix in prefixes):
                inside = " or ".join(map(str, prefixes)) or f"a link of the zone {zone}, which the platform lacks"
                yield Reason((*ref, key), f"{entered}, outside the zone {zone}", f"write an address inside {inside}")
            elif address in taken:
                cause = f"{entered}, the address of {taken[address]}"
                yield Reason((*ref, key), cause, f"write a free address of the zone {zone}")
        if platform.edge4 is not None and platform.cluster4 is None:
            cause = f"the cluster of {platform.name} has an edge and no entry for other platforms"
            yield Reason((*ref, "edge4"), cause, "name its cluster4 too")
        if platform.entry is Entry.CLUSTER and platform.edge4 is None:
            cause = f"visitors of {platform.name} are to enter its cluster, which has no address for them"
            yield Reason((*ref, "entry"), cause, "name its edge4, an address of the zone dmz, or leave entry away")
