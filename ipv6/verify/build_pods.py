"""The zone rules of a platform as its own pods meet them: the same matrix, tried from pod to pod and from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory.matrix import ZoneMatrix
from ipv6.verify.build import DNS_PORT
from ipv6.verify.subjects import Pair, Place, ZoneSubject
from ipv6.zones.matrix import denied_pairs, flows_for

EXPRESSED = ("tcp", "udp")
"""What a NetworkPolicy knows; echo is held by the zone firewall alone."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody outside the platform, and where each zone is entered: a pod's own address means nothing outside its
    node. A zone without an entry is left to the checks of the zone firewall, and so is DNS, which no pod answers.
    """

    asker: Place
    entries: Mapping[str, Place]


def pod_subject(
    matrix: ZoneMatrix, platform: str, places: Mapping[str, Place], outside: Sequence[Outside] = ()
) -> ZoneSubject:
    """Every pair of the matrix between two places, expected from the matrix alone; `places` is zone to a pod in it.

    A zone of the matrix without a place is tried all the same and comes out unknown: no pod is no proof.
    """
    lacking = {zone.id: Place(zone.id, ("", ""), ("", "")) for zone in matrix.zones}
    known = {**lacking, **places}
    others = {one.asker.zone: one for one in outside}

    def ends(source: str, target: str, port: int) -> tuple[Place, Place] | None:
        if source in known and target in known:
            return known[source], known[target]
        other = others.get(source)
        if other is not None and target in other.entries and port != DNS_PORT:
            return other.asker, other.entries[target]
        return None

    allowed = [
        Pair(*found, flow.protocol, port, True)
        for flow in flows_for(matrix, platform)
        if flow.protocol in EXPRESSED
        for port in flow.ports
        if (found := ends(flow.source, flow.target, port))
    ]
    denied = [
        Pair(*found, protocol, port, False)
        for source, target, protocol, port in denied_pairs(matrix, platform)
        if (found := ends(source, target, port))
    ]
    return ZoneSubject(f"{platform} pods", platform, (*allowed, *denied), listening=True)
