"""A cluster is entered at a free address of its platform's exchange zone."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View
from inventory.vocab import EXCHANGE_ZONE


@rule("cluster-entry")
def cluster_entry(view: View) -> Iterator[Reason]:
    """Inside the LAN of the exchange zone, where firewalls route the Service range to, and nobody else's address."""
    taken = {port.address4: device.name for _, device, port in view.interfaces}
    for ref, platform in view.platforms:
        if platform.cluster4 is None:
            continue
        at = (*ref, "cluster4")
        prefixes = [link.prefix4 for link in platform.links if link.zone == EXCHANGE_ZONE]
        if not any(platform.cluster4 in prefix for prefix in prefixes):
            inside = " or ".join(map(str, prefixes)) or "a link of the exchange zone, which the platform lacks"
            cause = f"the cluster of {platform.name} is entered at {platform.cluster4}, outside the exchange zone"
            yield Reason(at, cause, f"write an address inside {inside}")
        elif platform.cluster4 in taken:
            device = taken[platform.cluster4]
            cause = f"the cluster of {platform.name} is entered at {platform.cluster4}, the address of {device}"
            yield Reason(at, cause, "write a free address of the exchange zone")
