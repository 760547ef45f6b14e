"""Our objects as somebody else's program would declare them: the provider waits for each one, as it does by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from infra.manifest import Manifest
from infra.objects import meta
from infra.objects.platform import PlatformObjects


def awaited(objects: PlatformObjects) -> PlatformObjects:
    """The same platform without our word that readiness is asked elsewhere, and without reading the province's stack.

    The peers start all stacks at once, or in any order.
    """
    every = {one.name: _changed(getattr(objects, one.name)) for one in fields(objects)}
    return replace(objects, **{**every, "centre": ""})


def _changed(value: Any) -> Any:
    if isinstance(value, Manifest):
        if value.kind not in meta.RUNNING:
            return value
        kept = {key: text for key, text in value.annotations.items() if key not in meta.SKIP_AWAIT}
        return replace(value, annotations=kept)
    if isinstance(value, tuple):
        return tuple(_changed(one) for one in value)
    if isinstance(value, Mapping) and all(isinstance(one, tuple) for one in value.values()):
        return {key: _changed(one) for key, one in value.items()}
    return value
