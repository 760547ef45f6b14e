"""Whether a cluster really measures its pods: asked before a run that makes autoscalers.

An autoscaler whose metrics do not answer stays where it is and tells nobody but its own status. So the promise in the
environment's file (`metrics`) is not believed: the metrics API has to name at least one node.
"""

from __future__ import annotations

from collections.abc import Sequence

from infra.fleetwork import Fleet, Job
from infra.live import Cluster
from inventory.errors import EnvironmentFailed, GateError

NODES = "/apis/metrics.k8s.io/v1beta1/nodes"
"""Through the API server's aggregation: 404 without a metrics server, 503 while it does not answer."""

SCALER = "HorizontalPodAutoscaler"


def refusals(cluster: Cluster, fleet: Fleet, found: Sequence[Job]) -> list[GateError]:
    """One for every stack that scales by load on this cluster, when it measures nothing; it is asked once at most."""
    scaled = [job.platform for job in found if any(item.kind == SCALER for item in job.objects.all)]
    why = fault(cluster) if scaled else ""
    return [refusal(fleet, name, why) for name in scaled if why]


def fault(cluster: Cluster) -> str:
    """Why the cluster measures nothing; empty when it does."""
    try:
        answer = cluster.get(NODES)
    except EnvironmentFailed as error:
        return error.cause
    return "" if answer.get("items") else f"{NODES} names no node"


def refusal(fleet: Fleet, platform: str, why: str) -> GateError:
    """Place, cause and fix for one stack."""
    cause = f"the environment says that context {fleet.context(platform)} serves metrics, but {why}"
    fix = f"repair its metrics server, or take the context out of `metrics` in env/{fleet.environment}.yaml"
    return GateError(f"stack {platform}", cause, fix)
