"""The zone rules of a platform as its own pods meet them: the same matrix, tried from pod to pod."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.matrix import ZoneMatrix
from ipv6.verify.subjects import Pair, Place, ZoneSubject
from ipv6.zones.matrix import denied_pairs, flows_for

EXPRESSED = ("tcp", "udp")
"""What a NetworkPolicy knows; echo is held by the zone firewall alone."""


def pod_subject(matrix: ZoneMatrix, platform: str, places: Mapping[str, Place]) -> ZoneSubject:
    """Every pair of the matrix between two places, expected from the matrix alone; `places` is zone to a pod in it.

    A zone of the matrix without a place is tried all the same and comes out unknown: no pod is no proof.
    """
    zones = [zone.id for zone in matrix.zones]
    lacking = {zone: Place(zone, ("", ""), ("", "")) for zone in zones}
    known = {**lacking, **places}
    allowed = [
        Pair(known[flow.source], known[flow.target], flow.protocol, port, True)
        for flow in flows_for(matrix, platform)
        if flow.protocol in EXPRESSED and flow.source in known and flow.target in known
        for port in flow.ports
    ]
    denied = [
        Pair(known[source], known[target], protocol, port, False)
        for source, target, protocol, port in denied_pairs(matrix, platform)
        if source in known and target in known
    ]
    return ZoneSubject(f"{platform} pods", platform, (*allowed, *denied), listening=True)
