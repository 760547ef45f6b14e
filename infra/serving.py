"""What clusters must serve beside Kubernetes itself, asked before an engine starts: metrics and the Gateway API."""

from __future__ import annotations

from collections.abc import Sequence

from infra import gateways, metrics
from infra.cluster import ApiServer
from infra.fleetwork import Fleet, Job, refuse
from inventory.errors import GateError


def check(fleet: Fleet, found: Sequence[Job]) -> None:
    """GateError with all that is lacking, of every stack; each cluster is asked once for each thing."""
    refused: list[GateError] = []
    for context in sorted({fleet.context(job.platform) for job in found}):
        here = [job for job in found if fleet.context(job.platform) == context]
        server = ApiServer(fleet.kubeconfig, context)
        try:
            refused += [*metrics.refusals(server, fleet, here), *gateways.refusals(server, fleet, here)]
        finally:
            server.close()
    refuse(refused)
