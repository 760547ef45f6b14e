"""What the ledger says now, kept in memory and carried on record by record, every hash checked on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from inventory.errors import EnvironmentFailed
from ipv6.change.model import Claim
from jiyue.store.entry import CLAIM, RELEASE, START, Entry
from jiyue.store.failures import DAMAGED
from jiyue.store.occupied import Occupied


class Held(Sequence[Claim]):
    """The ledger as a planner sees it: claims in the order of their making, then prefixes in quarantine.

    Made in constant time and never changed by later records. `get` finds a claim by its key.
    """

    def __init__(self, claims: Sequence[Claim], by_key: dict[str, Claim], quarantined: tuple[Claim, ...]) -> None:
        self._claims, self._count = claims, len(claims)
        self._by_key, self._quarantined = by_key, quarantined

    def get(self, key: str) -> Claim | None:
        """The claim of a key; valid while the planner chooses."""
        return self._by_key.get(key)

    def __len__(self) -> int:
        return self._count + len(self._quarantined)

    @overload
    def __getitem__(self, at: int) -> Claim: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Claim, ...]: ...

    def __getitem__(self, at: int | slice) -> Claim | tuple[Claim, ...]:
        if isinstance(at, slice):
            return tuple(self)[at]
        position = at + len(self) if at < 0 else at
        if not 0 <= position < len(self):
            raise IndexError(at)
        return self._claims[position] if position < self._count else self._quarantined[position - self._count]

    def __iter__(self) -> Iterator[Claim]:
        for position in range(self._count):
            yield self._claims[position]
        yield from self._quarantined


class View:
    """The state after `count` records whose last hash is `head`."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.count, self.head = 0, START
        self.by_key: dict[str, Claim] = {}
        self._released: dict[str, int] = {}
        self.releases: list[Entry] = []
        self._claims: list[Claim] | None = []
        self._occupied: Occupied | None = None

    def take(self, entry: Entry) -> None:
        """Carry on by one record; EnvironmentFailed when it does not fit the chain."""
        held = self.by_key.get(entry.key)
        fits = held is None if entry.kind == CLAIM else held == entry.claim
        fits &= entry.turn == self.turn(entry.key)
        chained = entry.seq == self.count + 1 and entry.prev_hash == self.head and entry.hash == entry.expected
        if not chained or not fits or entry.kind not in (CLAIM, RELEASE):
            cause = f"record {self.count + 1} ({entry.key}) does not fit the chain: the ledger was edited"
            raise EnvironmentFailed(self.place, cause, DAMAGED)
        claim = self.keep(entry)
        if entry.kind == CLAIM and self._occupied is not None:
            self._occupied.note(claim)

    def keep(self, entry: Entry) -> Claim:
        """Carry on by a record that was made from this view: it fits, and its prefix is among the occupied ones."""
        self.count, self.head = entry.seq, entry.hash
        claim = entry.claim
        if entry.kind == CLAIM:
            self.by_key[entry.key] = claim
            if self._claims is not None:
                self._claims.append(claim)
        else:
            del self.by_key[entry.key]
            self._released[entry.key] = entry.turn
            # A new list at the next use: planners and readers keep the one they were given.
            self._claims = self._occupied = None
            self.releases.append(entry)
        return claim

    def turn(self, key: str) -> int:
        """The turn of the claim that holds a key, or of the next one."""
        return self._released.get(key, 0) + 1

    @property
    def claims(self) -> list[Claim]:
        """What is claimed, in the order of the claims; only ever appended to."""
        if self._claims is None:
            self._claims = list(self.by_key.values())
        return self._claims

    def quarantined(self, at: str) -> tuple[Claim, ...]:
        """Released prefixes that may not be given yet at `at`."""
        if not self.releases:
            return ()
        return tuple(entry.tombstone for entry in self.releases if entry.until > at)

    def held(self, at: str) -> Held:
        """The ledger for a planner at `at`."""
        return Held(self.claims, self.by_key, self.quarantined(at))

    def occupied(self) -> Occupied:
        """Every claimed prefix, for the check of new ones; to be forgotten when what was added to it is not written."""
        if self._occupied is None:
            self._occupied = Occupied(self.claims)
        return self._occupied

    def forget_occupied(self) -> None:
        """Make it again at the next use."""
        self._occupied = None
