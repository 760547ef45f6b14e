"""Key functions run twice, so that a node may fail (advice, not a condition)."""

from __future__ import annotations

from collections.abc import Iterable

from infra.objects import meta
from infra.policy.finding import Stack, Told, rule


@rule(
    "spare-replicas",
    clause="8.1.4.9",
    fix="set replicas: 2 for the function in the platform's file",
    level="advisory",
)
def spare_replicas(stack: Stack) -> Iterable[Told]:
    """One replica of a function outside of a lab has no hot spare."""
    for item in stack.of_kind("Deployment") if not stack.lab else ():
        if meta.FUNCTION in item.labels and item.body["spec"].get("replicas") == 1:
            yield Told(item.place, "runs once, without a hot spare")
