"""What a city takes from the province's stack: published there as the output `exchange`, expected here by the plan.

The approved plan stays the source of truth. What the province really publishes is read (by a StackReference inside the
engine, and from the state's file before one is started) and has to say the same, or the city's stack is refused.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from infra.fleetwork import Fleet, Job, refuse
from infra.objects.platform import PlatformObjects
from infra.workcopy import saved, state_folder
from inventory.errors import EnvironmentFailed, GateError

OUTPUT = "exchange"
PARTS = ("address4", "address6", "port")
SHOWN = 4


def unlike(expected: Mapping[str, Any], published: object) -> Iterable[str]:
    """Where what the province publishes is not what the plan says, in words; it may publish more."""
    if not isinstance(published, Mapping) or not isinstance(published.get("functions"), Mapping):
        yield "it has published nothing yet"
        return
    for name, planned in sorted(expected["functions"].items()):
        there = published["functions"].get(name)
        if not isinstance(there, Mapping):
            yield f"function {name} is missing"
            continue
        for part in PARTS:
            if there.get(part) != planned[part]:
                yield f"function {name} has {part} {there.get(part)}, planned is {planned[part]}"
    library = published.get("library")
    for family, planned in sorted(expected["library"].items()):
        found = library.get(family) if isinstance(library, Mapping) else None
        if not isinstance(found, Sequence) or sorted(found) != sorted(planned):
            yield f"the library's {family} is {found}, planned is {planned}"


def refusal(objects: PlatformObjects, published: object) -> GateError | None:
    """Why a city may not be brought up beside what its province publishes; None when both agree."""
    found = list(unlike(objects.expected, published)) if objects.centre else []
    if not found:
        return None
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    told = "; ".join(found[:SHOWN]) + more
    cause = f"the province's stack {objects.centre} does not publish what the plan says: {told}"
    return GateError(f"stack {objects.platform}", cause, f"run first: jiyue stack up {objects.centre}")


def check(fleet: Fleet, found: Sequence[Job], running: Collection[str]) -> None:
    """GateError with every city that would be refused inside its engine; no engine is started for it.

    Only where the state is a file, and where the province is not `running` itself: then it publishes anew before.
    """
    if not fleet.backend:
        centres = {job.objects.centre for job in found} - {"", *running}
        told = {name: published(fleet, name) for name in sorted(centres)}
        refused = [refusal(job.objects, told[job.objects.centre]) for job in found if job.objects.centre in told]
        refuse([one for one in refused if one is not None])


def stale(fleet: Fleet, job: Job) -> bool:
    """Whether a province's state no longer publishes what its stack declares, as after it was lost: then it has to run.

    Nothing else would notice it: the cluster may hold every object all the same.
    """
    if fleet.backend or job.objects.centre:
        return False
    try:
        return bool(published(fleet, job.platform) != json.loads(json.dumps(job.objects.outputs[OUTPUT])))
    except EnvironmentFailed:
        return True  # a broken state is told by the run


def published(fleet: Fleet, centre: str) -> object:
    """What the state's file says that the province's stack published last; None when it never did."""
    known = saved(state_folder(fleet.root, fleet.environment), centre)
    return known.outputs.get(OUTPUT) if known else None


def comparable(fleet: Fleet, job: Job) -> bool:
    """Whether a preview can be compared with the province's stack: that has been up, as far as it is known here."""
    centre = job.objects.centre
    if fleet.backend:
        return job.copy.initialised or fleet.copy(centre).initialised
    return published(fleet, centre) is not None
