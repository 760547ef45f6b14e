"""The allocator: keeps every claim of the ledger and adds the missing ones by policy (design decision 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.errors import GateError
from inventory.model import Inventory
from ipv6.change.model import Claim
from ipv6.plan.occupancy import Occupancy
from ipv6.plan.prefix import Prefix, parse
from ipv6.plan.profile import Profile, profile_of
from ipv6.plan.wanted import Wanted, wanted

ROOT = Prefix(0, 0)


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


def make_plan(inv: Inventory, ledger: Sequence[Claim] = ()) -> PlanResult:
    """Add what the inventory needs to the ledger; never moves a claim, and any order of the inputs gives one answer.

    GateError when a pool is exhausted or a place belongs to another claim; InputError for unusable data.
    """
    profile = profile_of(inv.addressing)
    held = _by_key(ledger)
    prefixes = {key: parse(claim.prefix, f"ledger claim {key}") for key, claim in held.items()}
    parents = {key: claim.parent for key, claim in held.items()}
    taken = Occupancy()
    for key in sorted(prefixes):
        taken.add(prefixes[key], key)
    new: list[Claim] = []
    pools: dict[str, Iterator[Prefix]] = {}
    for want in wanted(inv, profile, {key: claim.prefix for key, claim in held.items()}):
        if want.key in prefixes:
            _check_plane(want, prefixes[want.key])
            continue
        if want.parent and want.parent not in prefixes:
            cause = f"{want.key} lies in {want.parent}, which the inventory does not have"
            raise GateError("plan", cause, "add the region, zone or block it belongs to")
        prefix = _place(want, profile, prefixes, parents, taken, pools)
        prefixes[want.key], parents[want.key] = prefix, want.parent
        taken.add(prefix, want.key)
        new.append(Claim(want.key, str(prefix), want.parent))
    claims = tuple(sorted([*held.values(), *new], key=lambda claim: claim.key))
    return PlanResult(claims, tuple(new), len(held))


def _by_key(ledger: Iterable[Claim]) -> dict[str, Claim]:
    held: dict[str, Claim] = {}
    for claim in ledger:
        other = held.setdefault(claim.key, claim)
        if other != claim:
            cause = f"{claim.key} is claimed twice, as {other.prefix} and {claim.prefix}"
            raise GateError("ledger", cause, "restore the ledger from its backup")
    return held


def _check_plane(want: Wanted, held: Prefix) -> None:
    """A received block that moved under its plane cannot be followed: that would renumber everything inside."""
    if want.level == 0 and (needed := next(want.places(ROOT))) != held:
        cause = f"the environment gives {want.key} {needed}, the ledger holds {held}"
        raise GateError("ledger", cause, "claims are never renumbered: give the old block back or use a new plane")


def _place(
    want: Wanted,
    profile: Profile,
    prefixes: Mapping[str, Prefix],
    parents: Mapping[str, str],
    taken: Occupancy,
    pools: dict[str, Iterator[Prefix]],
) -> Prefix:
    parent = prefixes[want.parent] if want.parent else ROOT
    ancestors = _ancestors(want.parent, parents)
    if want.pool:
        # One iterator per pool: what it passed over is taken and stays taken, so n links cost n steps.
        places = pools.setdefault(want.pool, want.places(parent))
        for place in places:
            if taken.clash(place, ancestors) is None:
                return place
        slots = profile.link_slots()
        cause = f"no place for {want.key}: all {slots} of {slots} places are taken in {parent}"
        raise GateError(want.pool, cause, "give the links another owner region or receive a larger block")
    place = next(want.places(parent))
    if not parent.contains(place):
        raise GateError(
            "ledger", f"{want.key} needs {place}, outside its parent {want.parent} {parent}", "fix the block"
        )
    if clash := taken.clash(place, ancestors):
        key, prefix = clash
        cause = f"{want.key} needs {place}, which overlaps {key} {prefix}"
        raise GateError("ledger", cause, "a claim is kept for ever: change the number in the inventory, not the claim")
    return place


def _ancestors(key: str, parents: Mapping[str, str]) -> frozenset[str]:
    found: set[str] = set()
    while key and key not in found:
        found.add(key)
        key = parents.get(key, "")
    return frozenset(found)
