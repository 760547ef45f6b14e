"""No Gateway of a single family: it asks for its own addresses, as many of one family as of the other."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from infra.policy.finding import Stack, Told, rule


@rule(
    "gateways-dual-stack",
    clause="通知三(六)-平台",
    fix="write the planned addresses, one of each family for every site",
)
def gateways_dual_stack(stack: Stack) -> Iterable[Told]:
    """Without addresses the class chooses them, and most give one family; a name says nothing of its families."""
    for item in stack.of_kind("Gateway"):
        given = item.body["spec"].get("addresses") or ()
        named = [one.get("value") for one in given if one.get("type") != "IPAddress"]
        if named:
            yield Told(item.place, f"addresses {named} are no IP addresses")
            continue
        versions = [ip_address(one["value"]).version for one in given]
        if not versions or versions.count(4) != versions.count(6):
            yield Told(item.place, f"addresses {[one['value'] for one in given]} are not in pairs of both families")
