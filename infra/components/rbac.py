"""Rbac: operations, audit and security as three separate duties."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create, create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class RbacArgs:
    """Roles, accounts and bindings; `after` are the zones that hold them."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class Rbac(Component):
    """ClusterRoles first, then the accounts and bindings inside the platform's namespaces."""

    KIND = "Rbac"

    def __init__(self, name: str, args: RbacArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        roles = [create(item, self) for item in args.objects if not item.namespace]
        create_all((item for item in args.objects if item.namespace), self, [*roles, *args.after])
        self.register_outputs({})
