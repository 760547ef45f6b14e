"""Which prefixes are taken: overlap questions over plain integers, one dictionary look-up per prefix length."""

from __future__ import annotations

from bisect import bisect_left, insort

from ipv6.plan.prefix import BITS, Prefix


class Occupancy:
    """Taken prefixes with their keys; several keys may hold the same prefix only as parent and child."""

    def __init__(self) -> None:
        self._keys: dict[Prefix, list[str]] = {}
        self._starts: list[Prefix] = []
        self._lengths: list[int] = []

    def add(self, prefix: Prefix, key: str) -> None:
        """Note that `key` holds `prefix`."""
        if prefix not in self._keys:
            self._keys[prefix] = []
            insort(self._starts, prefix)
            if prefix.length not in self._lengths:
                insort(self._lengths, prefix.length)
        self._keys[prefix].append(key)

    def clash(self, prefix: Prefix, ancestors: frozenset[str]) -> tuple[str, Prefix] | None:
        """A claim that overlaps `prefix` and is no ancestor, with its prefix; None when the place is free."""
        for length in self._lengths:
            if length > prefix.length:
                break
            shift = BITS - length
            covering = Prefix(prefix.first >> shift << shift, length)
            for key in self._keys.get(covering, ()):
                if key not in ancestors:
                    return key, covering
        if prefix in self._keys:
            return None  # handed on from parent to child: what lies inside was judged when the parent was
        at = bisect_left(self._starts, Prefix(prefix.first, prefix.length + 1))
        if at < len(self._starts) and self._starts[at].first <= prefix.last:
            inside = self._starts[at]
            return self._keys[inside][0], inside
        return None
