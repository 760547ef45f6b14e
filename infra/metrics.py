"""Whether a cluster really measures its pods: asked before a run that makes autoscalers.

An autoscaler whose metrics do not answer stays where it is and tells nobody but its own status. So the promise in the
environment's file (`metrics`) is not believed: the metrics API has to name at least one node.
"""

from __future__ import annotations

from collections.abc import Sequence

from infra.cluster import ApiServer
from infra.fleetwork import Fleet, Job, refuse
from infra.live import Cluster
from inventory.errors import EnvironmentFailed, GateError

NODES = "/apis/metrics.k8s.io/v1beta1/nodes"
"""Through the API server's aggregation: 404 without a metrics server, 503 while it does not answer."""

SCALER = "HorizontalPodAutoscaler"


def check(fleet: Fleet, found: Sequence[Job]) -> None:
    """GateError with every stack that scales by load on a cluster that measures nothing; each cluster is asked once."""
    scaled = [job.platform for job in found if any(item.kind == SCALER for item in job.objects.all)]
    faults: dict[str, str] = {}
    for context in sorted({fleet.context(name) for name in scaled}):
        server = ApiServer(fleet.kubeconfig, context)
        try:
            faults[context] = fault(server)
        finally:
            server.close()
    refuse([refusal(fleet, name, why) for name in scaled if (why := faults[fleet.context(name)])])


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
