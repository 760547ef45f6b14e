"""An exception of the other family would void the policy and leave pods open."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

from infra.policy.finding import Stack, Told, rule


@rule("exceptions-inside", clause="8.1.2.1 d)", fix="put the exception under the block of its own family")
def exceptions_inside(stack: Stack) -> Iterable[Told]:
    """An exception lies inside its block."""
    for item, policy in stack.policy_rules():
        for peer in [*(policy.get("from") or ()), *(policy.get("to") or ())]:
            block = peer.get("ipBlock")
            for text in (block or {}).get("except") or ():
                outer, inner = ip_network(block["cidr"]), ip_network(text)
                if outer.version != inner.version or not inner.subnet_of(outer):  # type: ignore[arg-type]
                    yield Told(item.place, f"exception {inner} does not lie inside {outer}")
