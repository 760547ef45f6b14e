"""An empty peer list means everybody, in whatever family."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule


@rule("peers-named", clause="8.1.3.1 a)", fix="name the peers, from the zone matrix")
def peers_named(stack: Stack) -> Iterable[Told]:
    """No rule without peers."""
    for item, policy in stack.policy_rules():
        if not (policy.get("from") or policy.get("to")):
            yield Told(item.place, "a rule names no peer and would allow everybody")
