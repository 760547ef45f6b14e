"""Which prefixes are taken: overlap questions over plain integers, one dictionary look-up per prefix length."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from ipv6.plan.overlap import pack, unpack
from ipv6.plan.prefix import BITS, Prefix

RUN = 1024
"""Prefixes in one sorted run before it is cut in two: one long list would be moved through memory at every insert."""


class Occupancy:
    """Taken prefixes with their keys; several keys may hold the same prefix only as parent and child."""

    def __init__(self) -> None:
        self._keys: dict[int, list[str]] = {}
        self._runs: list[list[int]] = [[]]
        self._lows: list[int] = [0]
        """Not above any prefix of the run at the same position, above all of the run before."""
        self._lengths: list[int] = []

    def add(self, prefix: Prefix, key: str) -> None:
        """Note that `key` holds `prefix`."""
        packed = pack(prefix)
        if packed not in self._keys:
            self._keys[packed] = []
            self._insert(packed)
            if prefix.length not in self._lengths:
                insort(self._lengths, prefix.length)
        self._keys[packed].append(key)

    def clash(self, prefix: Prefix, ancestors: frozenset[str]) -> tuple[str, Prefix] | None:
        """A claim that overlaps `prefix` and is no ancestor, with its prefix; None when the place is free."""
        for length in self._lengths:
            if length > prefix.length:
                break
            shift = BITS - length
            covering = Prefix(prefix.first >> shift << shift, length)
            for key in self._keys.get(pack(covering), ()):
                if key not in ancestors:
                    return key, covering
        packed = pack(prefix)
        if packed in self._keys:
            return None  # handed on from parent to child: what lies inside was judged when the parent was
        after = self._after(packed)
        if after is not None and (inside := unpack(after)).first <= prefix.last:
            return self._keys[after][0], inside
        return None

    def _insert(self, packed: int) -> None:
        at = bisect_right(self._lows, packed) - 1
        run = self._runs[at]
        insort(run, packed)
        if len(run) > RUN:
            half = run[RUN // 2 :]
            del run[RUN // 2 :]
            self._runs.insert(at + 1, half)
            self._lows.insert(at + 1, half[0])

    def _after(self, packed: int) -> int | None:
        """The first taken prefix behind that one in address order, the shorter first; None at the end."""
        at = bisect_right(self._lows, packed) - 1
        place = bisect_left(self._runs[at], packed)
        if place < len(self._runs[at]):
            return self._runs[at][place]
        return self._runs[at + 1][0] if at + 1 < len(self._runs) else None
