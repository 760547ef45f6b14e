"""Filled: what most components are, objects that wait for what must exist before them."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Contents:
    """The objects, and what must exist before them: a closed zone, its namespace, the platform's service range."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class Filled(Component):
    """A component of such objects; the subclass gives it its token."""

    def __init__(self, name: str, args: Contents, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.resources = create_all(args.objects, self, args.after)
        self.register_outputs({"objects": [item.place for item in args.objects]})
