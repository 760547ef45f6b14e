"""One parent prefix to allocate from: sparse or lowest first, nibble-aligned, with room to grow and a reserve.

Only integers inside; a step costs O(bits of the parent), whatever was taken before. The answer depends on what is held,
not on the order in which it was noted. A pool knows nothing of time: who keeps the ledger says when a quarantine ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from inventory.errors import GateError, InputError
from ipv6.plan.blocks import FreeBlocks, SparseBlocks
from ipv6.plan.prefix import BITS, Prefix

NIBBLE = 4
"""Bits of one hexadecimal digit: prefixes on this grain can be read and delegated in DNS (RFC 5375, B.1)."""


class Order(StrEnum):
    """Which free place comes next: halve the largest gap (RFC 3531), or the lowest address."""

    SPARSE = "sparse"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Usage:
    """A pool in numbers: addresses (shares of the parent's), and how many prefixes are held."""

    addresses: int
    free: int
    reserved: int
    taken: int
    quarantined: int
    largest: int | None
    """Length of the largest free prefix outside the reserve; None when nothing is free."""


class Pool:
    """What is free inside `parent`.

    `reserve` is a prefix length: the last block of that length is left alone until `open_reserve`.
    `held` are prefixes taken before, in any order. `grain` is the alignment of lengths in bits, 1 for any length.
    """

    def __init__(
        self,
        parent: Prefix,
        order: Order = Order.SPARSE,
        held: Iterable[Prefix] = (),
        reserve: int | None = None,
        grain: int = NIBBLE,
    ) -> None:
        self.parent = parent
        self._grain = grain
        self._blocks = (SparseBlocks if order is Order.SPARSE else FreeBlocks)(BITS - parent.length)
        self._held: dict[tuple[int, int], int] = {}
        """Length of the whole block kept for each held prefix: its own, or shorter where it has room to grow."""
        self._quarantine: set[tuple[int, int]] = set()
        self._reserve = self._last_block(reserve) if reserve is not None else None
        self._spare = FreeBlocks(BITS - reserve) if reserve is not None else None
        if self._reserve is not None:
            self._blocks.occupy(*self._place(self._reserve))
        for prefix in held:
            self.occupy(prefix)

    def take(self, length: int, room: int = 0) -> Prefix:
        """The next free prefix of `length`; `room` bits above it are kept for it to grow into.

        InputError for a length off the grain or outside the parent; GateError with numbers when the pool is exhausted.
        """
        whole = length - room
        if room < 0 or length > BITS or whole < self.parent.length or length % self._grain or whole % self._grain:
            fix = f"take a multiple of {self._grain} between {self.parent.length} and {BITS}"
            raise InputError(f"pool {self.parent}", f"/{length} with {room} bits of room cannot be cut from it", fix)
        index = self._blocks.take(whole - self.parent.length)
        if index is None:
            raise self._exhausted(length, whole)
        first = self.parent.first | index << (BITS - whole)
        self._held[first, length] = whole
        return Prefix(first, length)

    def occupy(self, prefix: Prefix) -> None:
        """Note a prefix that is held already; GateError when it overlaps another one, InputError outside the parent."""
        if not self.parent.contains(prefix):
            raise InputError(f"pool {self.parent}", f"{prefix} lies outside", "note it in the pool that holds it")
        if not self._occupy(prefix):
            cause = f"{prefix} overlaps a prefix that is held already"
            raise GateError(f"pool {self.parent}", cause, "two claims never share an address: correct one of them")
        self._held[prefix.first, prefix.length] = prefix.length

    def release(self, prefix: Prefix) -> None:
        """The holder gave it up: it stays out of reach until `reclaim`, so that old routes and caches can age."""
        self._known(prefix)
        self._quarantine.add((prefix.first, prefix.length))

    def reclaim(self, prefix: Prefix) -> None:
        """The quarantine is over: the prefix, with its room, can be taken again."""
        key = (prefix.first, prefix.length)
        if key not in self._quarantine:
            cause = f"{prefix} is not in quarantine"
            raise GateError(f"pool {self.parent}", cause, "release it first and wait for its quarantine to end")
        self._quarantine.remove(key)
        self._free(Prefix(prefix.first, self._held.pop(key)))

    def grow(self, prefix: Prefix, length: int) -> Prefix:
        """The same first address with a shorter length, out of the room kept for it; GateError when it lacks room."""
        whole = self._known(prefix)
        if not whole <= length < prefix.length or (prefix.first, prefix.length) in self._quarantine:
            cause = f"{prefix} cannot grow to /{length}: the room kept for it ends at /{whole}"
            raise GateError(f"pool {self.parent}", cause, "take a further prefix")
        del self._held[prefix.first, prefix.length]
        self._held[prefix.first, length] = whole
        return Prefix(prefix.first, length)

    def open_reserve(self) -> None:
        """Hand the reserve over to `take`; what is held inside stays held. GateError when there is none to open."""
        if self._spare is None or self._reserve is None:
            raise GateError(f"pool {self.parent}", "it has no reserve, or it is open already", "receive a larger block")
        self._blocks.give_back(*self._place(self._reserve))
        for (first, _), whole in self._held.items():
            if self._reserve.contains(block := Prefix(first, whole)):
                self._blocks.occupy(*self._place(block))
        self._reserve = self._spare = None

    def count(self, length: int) -> int:
        """How many prefixes of that length can still be taken, the reserve left out."""
        return self._blocks.count(length - self.parent.length)

    def usage(self) -> Usage:
        """The pool in numbers."""
        shortest = self._blocks.shortest()
        return Usage(
            addresses=1 << (BITS - self.parent.length),
            free=self._blocks.free,
            reserved=self._spare.free if self._spare else 0,
            taken=len(self._held) - len(self._quarantine),
            quarantined=len(self._quarantine),
            largest=None if shortest is None else shortest + self.parent.length,
        )

    def _place(self, prefix: Prefix) -> tuple[int, int]:
        """Depth and index below the parent."""
        return prefix.length - self.parent.length, (prefix.first - self.parent.first) >> (BITS - prefix.length)

    def _occupy(self, prefix: Prefix) -> bool:
        reserve = self._reserve
        if reserve is None or not (reserve.contains(prefix) or prefix.contains(reserve)):
            return self._blocks.occupy(*self._place(prefix))
        if self._spare is not None and reserve.contains(prefix):
            return self._spare.occupy(
                prefix.length - reserve.length, (prefix.first - reserve.first) >> (BITS - prefix.length)
            )
        # One claim over the whole reserve, from before there was a reserve: it wins, until it is reclaimed.
        if self._spare is None or self._spare.shortest() != 0:
            return False
        self._blocks.give_back(*self._place(reserve))
        if not self._blocks.occupy(*self._place(prefix)):
            self._blocks.occupy(*self._place(reserve))
            return False
        self._spare = None
        return True

    def _free(self, block: Prefix) -> None:
        reserve = self._reserve
        if reserve is not None and self._spare is not None and reserve.contains(block):
            self._spare.give_back(block.length - reserve.length, (block.first - reserve.first) >> (BITS - block.length))
            return
        self._blocks.give_back(*self._place(block))
        if reserve is not None and block.contains(reserve):
            self._blocks.occupy(*self._place(reserve))
            self._spare = FreeBlocks(BITS - reserve.length)

    def _known(self, prefix: Prefix) -> int:
        """The length of the block kept for a held prefix."""
        whole = self._held.get((prefix.first, prefix.length))
        if whole is None:
            raise GateError(f"pool {self.parent}", f"{prefix} was not taken from it", "name a prefix that is held")
        return whole

    def _last_block(self, length: int) -> Prefix:
        if not self.parent.length < length <= BITS:
            fix = f"use a length between {self.parent.length + 1} and {BITS}"
            raise InputError(f"pool {self.parent}", f"a reserve of /{length} does not fit", fix)
        return self.parent.child(length, (1 << (length - self.parent.length)) - 1)

    def _exhausted(self, length: int, whole: int) -> GateError:
        used = self.usage()
        room = f" with its /{whole} of room" if whole != length else ""
        share = 100 * used.free // used.addresses
        largest = f"/{used.largest}" if used.largest is not None else "none"
        kept = f", /{self._reserve.length} kept in reserve" if self._reserve and self._spare else ""
        cause = (
            f"no place for a /{length}{room}: {used.taken} prefixes taken, {used.quarantined} in quarantine, "
            f"{share} % of the addresses free, largest free block {largest}{kept}"
        )
        return GateError(
            f"pool {self.parent}", cause, "open the reserve, wait for a quarantine or receive a larger block"
        )
