"""Where claims go: a fixed place that must be free, or the next place of a pool, its reserve left alone."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.addressing import Reserve
from inventory.errors import GateError
from ipv6.plan.choice import Fixed, Pooled
from ipv6.plan.occupancy import Occupancy
from ipv6.plan.pool import Pool
from ipv6.plan.prefix import Prefix
from ipv6.plan.want import Wanted

ROOT = Prefix(0, 0)


class Places:
    """Every prefix that is held or claimed now; `claim` adds one. `new` lists (key, prefix, parent), parents first."""

    def __init__(self, held: Mapping[str, Prefix], parents: Mapping[str, str], reserve: Reserve) -> None:
        self.prefixes = dict(held)
        self.new: list[tuple[str, Prefix, str]] = []
        self._parents = dict(parents)
        self._reserve: Mapping[str, int] = reserve.model_dump()
        self._taken = Occupancy()
        self._children: dict[str, list[Prefix]] = {}
        self._pools: dict[tuple[str, str], Pool] = {}
        self._heirs: dict[str, list[str]] = {}
        for key in sorted(held):
            self._index(key, held[key], parents[key])

    def claim(self, want: Wanted) -> Prefix:
        """The prefix of a claim, made now unless it is held; GateError when there is no place for it.

        A pool that is full or down to its reserve hands on to the next of the want's spare parents.
        """
        if want.key in self.prefixes:
            return self._kept(want)
        if want.above is not None:
            self.claim(want.above)
        if want.parent and want.parent not in self.prefixes:
            cause = f"{want.key} lies in {want.parent}, which the inventory does not have"
            raise GateError("plan", cause, "add the region, zone or block it belongs to")
        if isinstance(want.choice, Fixed):
            return self._note(want.key, self._fixed(want, want.choice), want.parent)
        full: list[str] = []
        for spare in (None, *want.spares):
            key = spare.key if spare else want.parent
            try:
                if spare is not None:
                    self.claim(spare)
            except GateError as error:
                full.append(error.cause)
                continue
            place = self._next(want.choice, key)
            if place is not None:
                return self._note(want.key, place, key)
            full.append(self._numbers(want.choice, key))
        cause = f"no place for {want.key}: {'; '.join(full)}"
        fix = "lower the reserve in addressing.yaml, give it another owner region or receive a larger block"
        raise GateError(f"{want.choice.kind} of {want.parent}", cause, fix)

    def _kept(self, want: Wanted) -> Prefix:
        """A received block that moved under its plane cannot be followed: that would renumber everything inside."""
        held = self.prefixes[want.key]
        if want.level == 0 and isinstance(want.choice, Fixed) and (needed := want.choice.place(held)) != held:
            cause = f"the environment gives {want.key} {needed}, the ledger holds {held}"
            raise GateError("ledger", cause, "claims are never renumbered: give the old block back or use a new plane")
        return held

    def _note(self, key: str, prefix: Prefix, parent: str) -> Prefix:
        self.prefixes[key], self._parents[key] = prefix, parent
        self._index(key, prefix, parent)
        self.new.append((key, prefix, parent))
        return prefix

    def _index(self, key: str, prefix: Prefix, parent: str) -> None:
        self._taken.add(prefix, key)
        self._children.setdefault(parent, []).append(prefix)
        if self.prefixes.get(parent) == prefix and _kind(parent) == _kind(key):
            self._heirs.setdefault(parent, []).append(key)

    def _fixed(self, want: Wanted, choice: Fixed) -> Prefix:
        parent = self.prefixes[want.parent] if want.parent else ROOT
        place = choice.place(parent)
        if not parent.contains(place):
            cause = f"{want.key} needs {place}, outside its parent {want.parent} {parent}"
            raise GateError("ledger", cause, "fix the block")
        if clash := self._taken.clash(place, self._ancestors(want.parent)):
            key, prefix = clash
            cause = f"{want.key} needs {place}, which overlaps {key} {prefix}"
            fix = "a claim is kept for ever: change the number in the inventory, not the claim"
            raise GateError("ledger", cause, fix)
        return place

    def _next(self, choice: Pooled, parent: str) -> Prefix | None:
        """The next free place; None when only the reserve is left."""
        pool = self._pool(choice, parent)
        ancestors = self._ancestors(parent)
        while pool.count(choice.length) > self._left_alone(choice, parent):
            place = pool.take(choice.length)
            if self._taken.clash(place, ancestors) is None:
                return place
        return None

    def _pool(self, choice: Pooled, parent: str) -> Pool:
        """The pool of a parent: what is never given and every child inside are taken from the start."""
        found = self._pools.get((choice.kind, parent))
        if found is None:
            prefix = self.prefixes[parent]
            ground, kept = choice.ground(prefix), choice.kept(prefix)
            found = Pool(ground, held=kept)
            inside = {child for child in self._children.get(parent, ()) if ground.contains(child) and child != ground}
            for child in sorted(inside):
                if not any(one.contains(child) for one in kept):
                    found.occupy(child)
            self._pools[choice.kind, parent] = found
        return found

    def _left_alone(self, choice: Pooled, parent: str) -> int:
        """Places of the growth reserve (RFC 5375, section 3.3), rounded down."""
        return choice.slots(self.prefixes[parent]) * self._reserve[choice.kind] // 100

    def _numbers(self, choice: Pooled, parent: str) -> str:
        prefix, slots = self.prefixes[parent], choice.slots(self.prefixes[parent])
        left = self._pool(choice, parent).count(choice.length)
        if left:
            return (
                f"{slots - left} of {slots} places are taken in {prefix}, {left} are the reserve of "
                f"{self._reserve[choice.kind]} %"
            )
        return f"all {slots} of {slots} places are taken in {prefix}"

    def _ancestors(self, key: str) -> frozenset[str]:
        """The claims around a place in `key`: its parents, and the heirs that a parent was handed on to whole."""
        found: set[str] = set()
        while key and key not in found:
            found.add(key)
            heirs = list(self._heirs.get(key, ()))
            while heirs:
                found.add(heir := heirs.pop())
                heirs += self._heirs.get(heir, ())
            key = self._parents.get(key, "")
        return frozenset(found)


def _kind(key: str) -> str:
    return key.partition("/")[0]
