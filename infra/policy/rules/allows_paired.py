"""An IPv4 allow without its IPv6 twin, or the other way round, is no dual stack and no boundary."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

from infra.policy.finding import Stack, Told, rule

ANY = {4: "0.0.0.0/0", 6: "::/0"}


@rule("allows-paired", clause="8.1.2.1 d)", fix="write the twin of the other family, from the plan")
def allows_paired(stack: Stack) -> Iterable[Told]:
    """Every rule with addresses names both families; any IPv4 address never goes without any IPv6 address."""
    for item, policy in stack.policy_rules():
        peers = [*(policy.get("from") or ()), *(policy.get("to") or ())]
        blocks = [ip_network(peer["ipBlock"]["cidr"]) for peer in peers if "ipBlock" in peer]
        families = {block.version for block in blocks}
        if len(families) == 1:
            yield Told(item.place, f"a rule allows {', '.join(map(str, blocks))} in one family only")
        whole = {block.version for block in blocks if block.prefixlen == 0}
        if len(whole) == 1:
            missing = ANY[({4, 6} - whole).pop()]
            yield Told(item.place, f"a rule allows {ANY[whole.pop()]} without {missing}")
