"""One claim that an inventory needs, as a question to the allocator."""

from __future__ import annotations

from dataclasses import dataclass

from ipv6.plan.choice import Choice


@dataclass(frozen=True, slots=True)
class Wanted:
    """One claim to make: its key, the claim it lies in, and which places policy would accept there.

    `level` orders parents before children. `spares` are further parents for a pooled choice, in the order of policy:
    the next is asked only when the one before is full, and is claimed itself at that moment. `above` is the parent as
    a claim to make first, where nobody else asks for it.
    """

    level: int
    key: str
    parent: str
    choice: Choice
    spares: tuple[Wanted, ...] = ()
    above: Wanted | None = None
