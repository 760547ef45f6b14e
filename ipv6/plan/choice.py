"""How a claim's place is chosen inside its parent: one fixed place, or any free one of a pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ipv6.plan.prefix import Prefix


@dataclass(frozen=True, slots=True)
class Fixed:
    """Exactly one acceptable place, derived from the parent."""

    place: Callable[[Prefix], Prefix]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Any free prefix of `length` inside `ground(parent)`, sparse (RFC 3531); `kept` are prefixes never given there.

    `kind` names the pool in messages and in the reserve policy: cities, counties, areas, links or organisations.
    """

    kind: str
    length: int
    ground: Callable[[Prefix], Prefix]
    kept: Callable[[Prefix], tuple[Prefix, ...]] = lambda parent: ()

    def slots(self, parent: Prefix) -> int:
        """How many prefixes the pool could ever give."""
        kept = sum(1 << (self.length - one.length) for one in self.kept(parent))
        return (1 << (self.length - self.ground(parent).length)) - kept


Choice = Fixed | Pooled


def itself(parent: Prefix) -> Prefix:
    """The parent's own place: how a claim is handed on to a successor."""
    return parent
