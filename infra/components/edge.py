"""Edge: the DMZ entry and the routes of every hosted site."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class EdgeArgs:
    """The edge's objects; `after` are what closes the DMZ and the platform's service range."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class Edge(Component):
    """Deployment, dual-stack Service and one Ingress per site."""

    KIND = "Edge"

    def __init__(self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.resources = create_all(args.objects, self, args.after)
        self.register_outputs({"objects": [item.place for item in args.objects]})
