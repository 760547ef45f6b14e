"""InformationLibrary: the platform's 信息资源库, whose storage outlives the stack."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.base import Component
from infra.components.kubernetes import create
from infra.manifest import Manifest


@dataclass(frozen=True, slots=True)
class InformationLibraryArgs:
    """The library's objects, storage first: each waits for those before it; `after` is what closes the data zone."""

    objects: tuple[Manifest, ...]
    after: tuple[pulumi.Resource, ...]


class InformationLibrary(Component):
    """StatefulSet, headless dual-stack Service, and a protected claim."""

    KIND = "InformationLibrary"

    def __init__(self, name: str, args: InformationLibraryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        storage: list[pulumi.Resource] = []
        for item in args.objects:
            made = create(item, self, [*args.after, *storage])
            if item.kind in ("StorageClass", "PersistentVolume", "PersistentVolumeClaim"):
                storage.append(made)
        self.register_outputs({"objects": [item.place for item in args.objects]})
