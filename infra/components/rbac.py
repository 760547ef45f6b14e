"""Rbac: operations, audit and security as three separate duties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class RbacArgs:
    """Roles, accounts and bindings; `namespaces` are the resources that hold them, by name."""

    objects: tuple[Manifest, ...]
    namespaces: Mapping[str, pulumi.Resource]


class Rbac(Component):
    """ClusterRoles, and the accounts and bindings inside the platform's namespaces."""

    KIND = "Rbac"

    def __init__(self, name: str, args: RbacArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for item in args.objects:
            create(item, self, [args.namespaces[item.namespace]] if item.namespace else [])
        self.register_outputs({})
