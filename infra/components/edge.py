"""Edge: the DMZ entry, its Gateways and the routes of every hosted site."""

from __future__ import annotations

from infra.components.filled import Filled


class Edge(Filled):
    """Deployment, dual-stack Service, Gateways, one HTTPRoute per site and those that lead from HTTP to HTTPS."""

    KIND = "Edge"
