"""Every workload keeps the restricted profile, and every container has limits."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule


@rule("pods-restricted", clause="8.1.4.2 a)d)", fix="keep the security context and limits of infra/objects/pods.py")
def pods_restricted(stack: Stack) -> Iterable[Told]:
    """Not root, no further privileges, limits."""
    for item, spec in stack.pod_specs():
        if not (spec.get("securityContext") or {}).get("runAsNonRoot"):
            yield Told(item.place, "may run as root")
        for container in spec["containers"]:
            security = container.get("securityContext") or {}
            if security.get("allowPrivilegeEscalation") is not False:
                yield Told(item.place, "may gain privileges")
            if not (container.get("resources") or {}).get("limits"):
                yield Told(item.place, "has no limits")
