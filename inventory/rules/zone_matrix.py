"""The zone matrix speaks only of zones, services and platforms that exist, and numbers its zones apart."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View

_FILE = "zones.yaml"
OUTSIDE = ("internet", "extranet")


@rule("zone-matrix")
def zone_matrix(view: View) -> Iterator[Reason]:
    """Names in flows, ports of services, zone ids and nibbles."""
    matrix = view.inventory.matrix
    zones = {zone.id for zone in matrix.zones} | set(OUTSIDE)
    for n, flow in enumerate(matrix.flows):
        for key, name in (("source", flow.source), ("target", flow.target)):
            if name not in zones:
                cause = f"flow {key} {show(name)} is no zone"
                yield Reason((_FILE, "flows", n, key), cause, f"write one of: {', '.join(sorted(zones))}")
        if flow.source == flow.target:
            cause = f"flow from {flow.source} to itself; a zone's inside is not filtered"
            yield Reason((_FILE, "flows", n), cause, "remove it")
        for name in flow.services:
            if name not in matrix.services:
                cause = f"flow names service {show(name)}, which is not defined"
                yield Reason((_FILE, "flows", n, "services"), cause, "add it to services or correct the name")
        for name in flow.platforms:
            if name not in view.stems:
                cause = f"flow is limited to unknown platform {show(name)}"
                yield Reason((_FILE, "flows", n, "platforms"), cause, "write the name of a platform")
    for name, service in matrix.services.items():
        if (service.protocol == "icmp") == bool(service.ports):
            wrong = "icmp has no ports" if service.ports else f"{service.protocol} without a port allows nothing"
            yield Reason((_FILE, "services", name), f"service {name}: {wrong}", "correct ports")
    yield from _numbering(view)


def _numbering(view: View) -> Iterator[Reason]:
    zones, policy = view.inventory.matrix.zones, view.inventory.addressing
    yield from twice(((zone.id, (_FILE, "zones", n, "id")) for n, zone in enumerate(zones)), "zone", "rename one")
    nibbles = ((zone.nibble, (_FILE, "zones", n, "nibble")) for n, zone in enumerate(zones))
    yield from twice(nibbles, "nibble", "give each zone its own nibble")
    taken = {policy.infrastructure_nibble: "infrastructure", policy.services_nibble: "services"}
    for n, zone in enumerate(zones):
        if zone.nibble in taken:
            cause = f"zone {zone.id} has nibble {zone.nibble}, which addressing.yaml gives to {taken[zone.nibble]}"
            yield Reason((_FILE, "zones", n, "nibble"), cause, "write a free nibble")
    if policy.infrastructure_nibble == policy.services_nibble:
        cause = f"infrastructure and services share nibble {policy.services_nibble}"
        yield Reason(("addressing.yaml", "services_nibble"), cause, "write two different nibbles")
