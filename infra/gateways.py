"""Whether a cluster knows Gateways and the class that a stack names: asked before a run that makes them.

Both are installed by whoever runs the cluster. Without the definitions nothing can be made; with a class that is not
there, or that no controller takes for its own, Gateways would be made and never answer, which only their status tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.fleetwork import Fleet, Job
from infra.live import Absent, Cluster, listed, path_of
from infra.objects.gateways import API, GATEWAY, ROUTE
from inventory.errors import GateError

CLASSES = f"/apis/{API}/gatewayclasses"


def refusals(cluster: Cluster, fleet: Fleet, found: Sequence[Job]) -> list[GateError]:
    """One for every stack on this cluster whose Gateways could not be made, or would not be served."""
    wanted = {job.platform: name for job in found if (name := class_of(job))}
    if not wanted:
        return []
    if why := undefined(cluster):
        fix = "install the Gateway API's standard channel (v1.0 or newer) and an implementation of it in the cluster"
        return [GateError(f"stack {name}", _cause(fleet, name, why), fix) for name in wanted]
    lab, refused = fleet.inventory.environment.kind == "lab", []
    fix = f"name one that is there: gateway_class in env/{fleet.environment}.yaml, or the stack's jiyue:gatewayClass"
    for one in sorted(set(wanted.values())):
        if why := unfit(cluster, one, lab):
            mine = [name for name in wanted if wanted[name] == one]
            refused += [GateError(f"stack {name}", _cause(fleet, name, why), fix) for name in mine]
    return refused


def class_of(job: Job) -> str:
    """The class of a stack's Gateways; empty when it has none."""
    return next((str(one.body["spec"]["gatewayClassName"]) for one in job.objects.edge if one.kind == GATEWAY), "")


def undefined(cluster: Cluster) -> str:
    """Why Gateways and their routes cannot be made; empty when they can."""
    for path in (path_of(API, GATEWAY), path_of(API, ROUTE), CLASSES):
        try:
            cluster.get(f"{path}?limit=1")
        except Absent:
            return f"does not serve {path}"
    return ""


def unfit(cluster: Cluster, name: str, lab: bool) -> str:
    """Why Gateways of the class `name` would not be served; empty when they would.

    A lab makes a class that nobody serves, as the name of its controller says; elsewhere a controller has to accept it.
    """
    classes = {str(one["metadata"]["name"]): one for one in listed(cluster, CLASSES)}
    if name not in classes:
        return f"has no GatewayClass {name} (there are: {', '.join(sorted(classes)) or 'none'})"
    if not lab and not _accepted(classes[name]):
        return f"has a GatewayClass {name} that no controller has accepted"
    return ""


def _accepted(item: Mapping[str, Any]) -> bool:
    conditions = (item.get("status") or {}).get("conditions") or ()
    return any((one.get("type"), one.get("status")) == ("Accepted", "True") for one in conditions)


def _cause(fleet: Fleet, platform: str, why: str) -> str:
    return f"the cluster of context {fleet.context(platform)} {why}"
