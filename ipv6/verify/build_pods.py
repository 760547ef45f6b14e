"""The zone rules of a platform as its own pods meet them: the same matrix, tried from pod to pod."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from inventory.matrix import ZoneMatrix
from ipv6.verify.subjects import Pair, Place, ZoneSubject
from ipv6.zones.matrix import denied_pairs, flows_for

EXPRESSED = ("tcp", "udp")
"""What a NetworkPolicy knows; echo is held by the zone firewall alone."""

NO_PLACES: Mapping[str, Place] = MappingProxyType({})


def pod_subject(
    matrix: ZoneMatrix,
    platform: str,
    places: Mapping[str, Place],
    extranet: Place | None = None,
    services: Mapping[str, Place] = NO_PLACES,
) -> ZoneSubject:
    """Every pair of the matrix between two places, expected from the matrix alone; `places` is zone to a pod in it.

    A zone of the matrix without a place is tried all the same and comes out unknown: no pod is no proof. From the
    `extranet` the addresses of `services` (one per zone) are tried: a pod's own address means nothing outside its node.
    A zone without one is left to the checks of the zone firewall.
    """
    lacking = {zone.id: Place(zone.id, ("", ""), ("", "")) for zone in matrix.zones}
    known = {**lacking, **places}

    def ends(source: str, target: str) -> tuple[Place, Place] | None:
        if source in known and target in known:
            return known[source], known[target]
        if extranet is not None and source == extranet.zone and target in services:
            return extranet, services[target]
        return None

    allowed = [
        Pair(*found, flow.protocol, port, True)
        for flow in flows_for(matrix, platform)
        if flow.protocol in EXPRESSED and (found := ends(flow.source, flow.target))
        for port in flow.ports
    ]
    denied = [
        Pair(*found, protocol, port, False)
        for source, target, protocol, port in denied_pairs(matrix, platform)
        if (found := ends(source, target))
    ]
    return ZoneSubject(f"{platform} pods", platform, (*allowed, *denied), listening=True)
