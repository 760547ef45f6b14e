"""The allocator: keeps every claim of the ledger and adds the missing ones by policy (design decision 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from inventory.errors import GateError
from inventory.model import Inventory
from ipv6.change.model import Claim
from ipv6.plan.local import local_wants
from ipv6.plan.overlap import parse_many, unpack
from ipv6.plan.place import Places
from ipv6.plan.profile import profile_of
from ipv6.plan.wanted import wanted


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The whole ledger after planning: `claims` by key, `new` parents first, `kept` = how many were there before."""

    claims: tuple[Claim, ...]
    new: tuple[Claim, ...]
    kept: int

    @property
    def by_key(self) -> dict[str, str]:
        """Prefix text by ledger key."""
        return {claim.key: claim.prefix for claim in self.claims}


def make_plan(inv: Inventory, ledger: Sequence[Claim] = (), global_id: Callable[[], int] | None = None) -> PlanResult:
    """Add what the inventory needs to the ledger; never moves a claim, and any order of the inputs gives one answer.

    `global_id` gives random 40-bit numbers for unique local prefixes (RFC 4193, section 3.2.2); it is asked only for
    a site that wants one and has none. GateError when a pool is exhausted or a place belongs to another claim;
    InputError for unusable data.
    """
    profile = profile_of(inv.addressing)
    held = _by_key(ledger)
    packed = parse_many([claim.prefix for claim in held.values()], [f"ledger claim {key}" for key in held])
    prefixes = dict(zip(held, map(unpack, packed), strict=True))
    wants = [*local_wants(inv.addressing, prefixes, global_id), *wanted(inv, profile, prefixes)]
    places = Places(prefixes, {key: claim.parent for key, claim in held.items()}, inv.addressing.reserve)
    for want in wants:
        places.claim(want)
    new = tuple(Claim(key, str(prefix), parent) for key, prefix, parent in places.new)
    return PlanResult(tuple(sorted([*held.values(), *new], key=lambda claim: claim.key)), new, len(held))


def _by_key(ledger: Iterable[Claim]) -> dict[str, Claim]:
    held: dict[str, Claim] = {}
    for claim in ledger:
        other = held.setdefault(claim.key, claim)
        if other != claim:
            cause = f"{claim.key} is claimed twice, as {other.prefix} and {claim.prefix}"
            raise GateError("ledger", cause, "restore the ledger from its backup")
    return held
