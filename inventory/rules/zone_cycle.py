"""Flows between the zones of a platform never lead back: who breaks into an inner zone does not reach the boundary."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from inventory.rules import Reason, rule
from inventory.view import View

_FILE = "zones.yaml"


@rule("zone-cycle")
def zone_cycle(view: View) -> Iterator[Reason]:
    """One cycle is named by its zones; the place is the flow that closes it."""
    matrix = view.inventory.matrix
    inner = {zone.id for zone in matrix.zones}
    graph: TopologicalSorter[str] = TopologicalSorter()
    edges = [(n, flow) for n, flow in enumerate(matrix.flows) if {flow.source, flow.target} <= inner]
    for _, flow in edges:
        if flow.source != flow.target:
            graph.add(flow.target, flow.source)
    try:
        graph.prepare()
    except CycleError as error:
        ring = error.args[1]  # each one a predecessor of the next, the first one repeated
        pairs = set(itertools.pairwise(ring))
        last = max(n for n, flow in edges if (flow.source, flow.target) in pairs)
        start = ring.index(min(ring))
        round_ = [*ring[start:-1], *ring[:start], ring[start]]
        yield Reason((_FILE, "flows", last), f"flows lead in a circle: {' -> '.join(round_)}", "remove one of them")
