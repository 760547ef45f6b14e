"""The library outlives its stack: claim, volume and namespace are protected, the volume is retained."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule

KEPT = ("PersistentVolume", "PersistentVolumeClaim")


@rule("library-protected", clause="通知三(二)", fix="set protect on the claim, its volume and their namespace")
def library_protected(stack: Stack) -> Iterable[Told]:
    """Whatever holds a claim is kept; so is the claim itself, and a volume is not recycled."""
    claims = stack.of_kind("PersistentVolumeClaim")
    if not claims:
        yield Told("library", "the platform has no storage for it")
    homes = {item.namespace for item in claims}
    for item in stack.manifests:
        if not item.protect and (item.kind in KEPT or (item.kind == "Namespace" and item.name in homes)):
            yield Told(item.place, "is not protected")
        if item.kind == "PersistentVolume" and item.body["spec"].get("persistentVolumeReclaimPolicy") != "Retain":
            yield Told(item.place, "would be recycled with its claim")
