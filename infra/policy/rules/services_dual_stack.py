"""No Service of a single family: it requires both, and has one fixed address of each."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from infra.policy.finding import Stack, Told, rule


@rule(
    "services-dual-stack",
    clause="通知三(六)-平台",
    fix="write RequireDualStack, both families and one address of each from the plan",
)
def services_dual_stack(stack: Stack) -> Iterable[Told]:
    """PreferDualStack falls back in silence, so it counts as one family."""
    for item in stack.of_kind("Service"):
        spec = item.body["spec"]
        if spec.get("ipFamilyPolicy") != "RequireDualStack":
            yield Told(item.place, f"ipFamilyPolicy is {spec.get('ipFamilyPolicy')}, not RequireDualStack")
        if sorted(spec.get("ipFamilies") or ()) != ["IPv4", "IPv6"]:
            yield Told(item.place, f"ipFamilies are {spec.get('ipFamilies')}, not both")
        addresses = spec.get("clusterIPs") or ()
        if list(addresses) != ["None"] and sorted(ip_address(text).version for text in addresses) != [4, 6]:
            yield Told(item.place, f"clusterIPs {list(addresses)} are not one of each family")
