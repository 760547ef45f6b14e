"""External peers: known zones, one id and one address each, and a port that the zone matrix lets out."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View

_FILE = "integrations.yaml"


@rule("integrations")
def integrations(view: View) -> Iterator[Reason]:
    """The matrix stays the only source of what may leave a zone; a peer that it does not let out is refused."""
    listed, matrix = view.inventory.integrations, view.inventory.matrix
    zones = {zone.id for zone in matrix.zones}
    yield from twice(((one.id, (_FILE, "integrations", n, "id")) for n, one in enumerate(listed)), "peer", "rename one")
    for key in ("address4", "address6"):
        addresses = ((str(getattr(one, key)), (_FILE, "integrations", n, key)) for n, one in enumerate(listed))
        yield from twice(addresses, "address", "give each peer its own address")
    for n, one in enumerate(listed):
        if one.zone not in zones:
            cause = f"peer {one.id} is reached from unknown zone {show(one.zone)}"
            yield Reason((_FILE, "integrations", n, "zone"), cause, f"write one of: {', '.join(sorted(zones))}")
            continue
        allowed = {
            port
            for flow in matrix.flows
            if (flow.source, flow.target) == (one.zone, "extranet") and not flow.platforms
            for name in flow.services
            if name in matrix.services and matrix.services[name].protocol == "tcp"
            for port in matrix.services[name].ports
        }
        if one.port not in allowed:
            cause = f"peer {one.id}: no flow from {one.zone} to the extranet allows TCP port {one.port}"
            said = ", ".join(map(str, sorted(allowed))) or "none"
            yield Reason((_FILE, "integrations", n, "port"), cause, f"allowed are {said}; or extend zones.yaml")
