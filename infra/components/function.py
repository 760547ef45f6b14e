"""PlatformFunction: one of the 16 functions that the platform offers to its sites."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class PlatformFunctionArgs:
    """The function's objects and what must exist before them: its closed zone and the platform's service range."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class PlatformFunction(Component):
    """Deployment, dual-stack Service, disruption budget where there is something to disrupt."""

    KIND = "PlatformFunction"

    def __init__(self, name: str, args: PlatformFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.resources = create_all(args.objects, self, args.after)
        self.register_outputs({"objects": [item.place for item in args.objects]})
