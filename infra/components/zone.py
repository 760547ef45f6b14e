"""SecurityZone: a namespace that is closed before anything can run in it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create, create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class SecurityZoneArgs:
    """The namespace's object and everything inside it that must precede a workload."""

    namespace: Manifest
    members: tuple[Manifest, ...]


class SecurityZone(Component):
    """Namespace, quota, limits, default deny and the allows of one zone.

    `closed` are the two resources that a workload has to wait for. Waiting for the whole component would write a long
    list into the state of every workload, and the state is written anew after each step.
    """

    KIND = "SecurityZone"

    def __init__(self, name: str, args: SecurityZoneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.namespace = create(args.namespace, self)
        self.members = create_all(args.members, self, [self.namespace])
        closing = [item.kind == "ResourceQuota" or item.name == "default-deny" for item in args.members]
        self.closed = tuple(itertools.compress(self.members, closing))
        self.register_outputs({"namespace": args.namespace.name})
