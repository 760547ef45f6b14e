"""Platform: one of the 1+14 platforms, assembled from its parts on one cluster."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component, child
from infra.components.edge import Edge
from infra.components.exchange import Exchange
from infra.components.filled import Contents
from infra.components.function import PlatformFunction
from infra.components.integration import Integration
from infra.components.kubernetes import create, provider
from infra.components.library import InformationLibrary, InformationLibraryArgs
from infra.components.observability import Observability
from infra.components.rbac import Rbac, RbacArgs
from infra.components.zone import SecurityZone, SecurityZoneArgs
from infra.objects import edge, joints, library
from infra.objects.platform import PlatformObjects
from inventory.vocab import EXCHANGE_ZONE


@dataclass(frozen=True, slots=True)
class PlatformArgs:
    """Everything the platform consists of, rendered, and the kubeconfig (a path) that reaches its cluster."""

    objects: PlatformObjects
    kubeconfig: str


class Platform(Component):
    """Zones first (closed), then what runs in them; the provider is explicit and named after the platform.

    `cluster_identifier` keeps the provider when the kubeconfig's path changes, and replaces everything when the cluster
    is another one.
    """

    KIND = "Platform"

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        objects = args.objects
        self.provider = provider(name, args.kubeconfig, objects.context, objects.cluster)
        own = pulumi.ResourceOptions(providers={"kubernetes": self.provider})
        super().__init__(name, pulumi.ResourceOptions.merge(opts, own))
        self.ranges = create(objects.ranges, self)
        self.zones = {
            zone: SecurityZone(f"{name}-{zone}", SecurityZoneArgs(items[0], items[1:]), child(self))
            for zone, items in objects.zones.items()
        }
        self.functions = {
            function: PlatformFunction(
                f"{name}-{function}",
                Contents(items, (*self.zones[objects.function_zones[function]].closed, self.ranges)),
                child(self),
            )
            for function, items in objects.functions.items()
        }
        self.library = InformationLibrary(
            f"{name}-library",
            InformationLibraryArgs(objects.library, self.zones[library.ZONE].closed),
            child(self),
        )
        entry = (*self.zones[edge.ZONE].closed, self.ranges)
        self.edge = Edge(f"{name}-edge", Contents(objects.edge, entry), child(self))
        closed = {zone: made.closed for zone, made in self.zones.items()}
        self.claim = create(objects.claim, self, closed[joints.SECURITY_ZONE])
        self.exchange = Exchange(f"{name}-exchange", Contents(objects.exchange, closed[EXCHANGE_ZONE]), child(self))
        spaces = tuple(made.namespace for made in self.zones.values())
        self.integration = Integration(f"{name}-integration", Contents(objects.integrations, spaces), child(self))
        self.observability = Observability(
            f"{name}-observability",
            Contents(objects.observability, closed[joints.MONITORING_ZONE]),
            child(self),
        )
        namespaces = {objects.zones[zone][0].name: made.namespace for zone, made in self.zones.items()}
        self.rbac = Rbac(f"{name}-rbac", RbacArgs(objects.rbac, namespaces), child(self))
        self.register_outputs({"digest": objects.digest})
