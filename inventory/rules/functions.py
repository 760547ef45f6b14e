"""The 16 functions of the notice are in the catalogue, each in a zone of its own choice and on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View

_FILE = "functions.yaml"
LIBRARY = "library"
# 国办函〔2018〕71号 and the notice, section 3(3), in the notice's order. The catalogue may hold more.
NOTICE = (
    "site-management",
    "column-management",
    "resource-management",
    "access-management",
    "publishing",
    "interaction",
    "registration",
    "identity",
    "search",
    "complaints",
    "evaluation",
    "personalisation",
    "push",
    "monitoring",
    "analytics",
    "protection",
)


@rule("functions")
def functions(view: View) -> Iterator[Reason]:
    """Ids, ports and zones of the catalogue, and what platforms change about it."""
    listed = view.inventory.functions
    zones = {zone.id for zone in view.inventory.matrix.zones}
    ids = [function.id for function in listed]
    yield from twice(((id_, (_FILE, "functions", n, "id")) for n, id_ in enumerate(ids)), "function", "keep one")
    ports = ((function.port, (_FILE, "functions", n, "port")) for n, function in enumerate(listed))
    yield from twice(ports, "port", "give each function its own port")
    for wanted in NOTICE:
        if wanted not in ids:
            yield Reason((_FILE, "functions"), f"function {wanted} of the notice is missing", "add it")
    for n, function in enumerate(listed):
        if function.zone not in zones:
            cause = f"function {function.id} is in unknown zone {show(function.zone)}"
            yield Reason((_FILE, "functions", n, "zone"), cause, f"write one of: {', '.join(sorted(zones))}")
    yield from _needs(view)
    for ref, platform in view.platforms:
        for name in platform.functions:
            if name not in ids:
                cause = f"platform {platform.name} changes unknown function {show(name)}"
                yield Reason((*ref, "functions", name), cause, "write an id of functions.yaml")


def _needs(view: View) -> Iterator[Reason]:
    listed = view.inventory.functions
    ids = {function.id for function in listed}
    graph: TopologicalSorter[str] = TopologicalSorter()
    for n, function in enumerate(listed):
        graph.add(function.id, *function.needs)
        for m, name in enumerate(function.needs):
            if name not in ids | {LIBRARY}:
                cause = f"function {function.id} needs {show(name)}, which is no function"
                fix = f"write an id of functions.yaml, or {LIBRARY}"
                yield Reason((_FILE, "functions", n, "needs", m), cause, fix)
    try:
        graph.prepare()
    except CycleError as error:
        ring = error.args[1]
        yield Reason((_FILE, "functions"), f"functions need each other in a circle: {', '.join(ring)}", "break it")
