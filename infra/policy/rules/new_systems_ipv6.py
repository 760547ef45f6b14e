"""Every system that a platform brings into the extranet is entered over IPv6 (the notice, section 3(6))."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule


@rule("new-systems-ipv6", clause="通知三(六)-新建", fix="give it a Service that requires both families")
def new_systems_ipv6(stack: Stack) -> Iterable[Told]:
    """A workload that listens has a Service in both families that selects its pods."""
    entries = [
        (item.namespace, (item.body["spec"].get("selector") or {}).items())
        for item in stack.of_kind("Service")
        if "IPv6" in (item.body["spec"].get("ipFamilies") or ())
    ]
    for item in stack.of_kind("Deployment", "StatefulSet"):
        template = item.body["spec"]["template"]
        if not any(container.get("ports") for container in template["spec"]["containers"]):
            continue
        labels = template["metadata"]["labels"].items()
        if not any(namespace == item.namespace and chosen and chosen <= labels for namespace, chosen in entries):
            yield Told(item.place, "listens, but no Service enters it over IPv6")
