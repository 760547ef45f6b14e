"""Exchange: the exchange zone's file of libraries and provincial functions."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create_all
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ExchangeArgs:
    """The objects, and what closes the zone that holds them."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class Exchange(Component):
    """What the platform knows of the other 1+14 platforms."""

    KIND = "Exchange"

    def __init__(self, name: str, args: ExchangeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.resources = create_all(args.objects, self, args.after)
        self.register_outputs({"objects": [item.place for item in args.objects]})
