"""Every zone denies by default, both directions, whatever the family."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule


@rule("default-deny", clause="8.1.3.2 a)", fix="keep the policy default-deny as the zone renders it")
def default_deny(stack: Stack) -> Iterable[Told]:
    """A policy for all pods that names both directions, allows nothing and speaks of no family."""
    closed = {
        item.namespace
        for item in stack.of_kind("NetworkPolicy")
        if item.body["spec"].get("podSelector") == {}
        and set(item.body["spec"].get("policyTypes") or ()) == {"Ingress", "Egress"}
        and not item.body["spec"].get("ingress")
        and not item.body["spec"].get("egress")
    }
    for item in stack.of_kind("Namespace"):
        if item.name not in closed:
            yield Told(item.place, "has no default deny")
