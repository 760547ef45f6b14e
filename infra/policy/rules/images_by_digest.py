"""Outside of a lab an image is pinned by its digest: a tag can be moved under a running platform."""

from __future__ import annotations

import re
from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule

PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")


@rule("images-by-digest", clause="8.1.4.6", fix="name the digest in jiyue:imageDigests of the stack file")
def images_by_digest(stack: Stack) -> Iterable[Told]:
    """Every container of every workload."""
    for item, spec in stack.pod_specs() if not stack.lab else ():
        for container in spec["containers"]:
            if not PINNED.search(container["image"]):
                yield Told(item.place, f"image {container['image']} is not pinned by a digest")
