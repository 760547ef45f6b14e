"""Integration: the external peers of the platform."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class IntegrationArgs:
    """The objects, and what closes the zone that holds them."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class Integration(Component):
    """Files of the external peers, by the zone that talks to them."""

    KIND = "Integration"

    def __init__(self, name: str, args: IntegrationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.resources = create_all(args.objects, self, args.after)
        self.register_outputs({"objects": [item.place for item in args.objects]})
