"""Edge: the DMZ entry and the routes of every hosted site."""

from __future__ import annotations

from infra.components.filled import Filled


class Edge(Filled):
    """Deployment, dual-stack Service and one Ingress per site."""

    KIND = "Edge"
