"""No platform without all zones of the matrix, each with its quota, limits and pod security."""

from __future__ import annotations

from collections.abc import Iterable

from infra.objects import meta
from infra.policy.finding import Stack, Told, rule

PART = {"ResourceQuota", "LimitRange"}
LEVEL = "pod-security.kubernetes.io/enforce"


@rule(
    "zones-complete", clause="通知三(七)-防护", fix="plan every zone of zones.yaml for the platform, with its controls"
)
def zones_complete(stack: Stack) -> Iterable[Told]:
    """Planned, built and run in step: the zones are there before anything runs in them."""
    spaces = {item.labels.get(meta.ZONE, ""): item for item in stack.of_kind("Namespace")}
    for zone in stack.zones:
        if zone not in spaces:
            yield Told(f"zone {zone}", "the platform has no namespace for it")
    for item in spaces.values():
        if item.labels.get(LEVEL) != "restricted":
            yield Told(item.place, f"{LEVEL} is {item.labels.get(LEVEL)}, not restricted")
        missing = PART - {other.kind for other in stack.manifests if other.namespace == item.name}
        if missing:
            yield Told(item.place, f"has no {', '.join(sorted(missing))}")
