"""Looking things up by address: exact hosts, covering networks, the plan's claims; all in steps per prefix length."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from ipaddress import ip_network

from ipv6.brownfield.planned import Planned
from ipv6.plan.prefix import Prefix, parse


class Claims:
    """The ledger's claims by prefix; several keys may hold one prefix, as parent and child."""

    def __init__(self, claims: Mapping[str, str]) -> None:
        self._by_length: dict[int, dict[int, list[str]]] = {}
        starts = []
        for claim, text in sorted(claims.items()):
            prefix = parse(text, f"ledger claim {claim}")
            self._by_length.setdefault(prefix.length, {}).setdefault(prefix.first, []).append(claim)
            starts.append((prefix.first, claim))
        self._lengths = sorted(self._by_length, reverse=True)
        self._starts = sorted(starts)

    def covering(self, first: int, last: int) -> tuple[Prefix, tuple[str, ...]] | None:
        """The smallest claimed prefix that holds the whole span, with its keys."""
        for length in self._lengths:
            shift = 128 - length
            start = first >> shift << shift
            keys = self._by_length[length].get(start)
            if keys and last <= Prefix(start, length).last:
                return Prefix(start, length), tuple(keys)
        return None

    def inside(self, first: int, last: int) -> tuple[int, str]:
        """How many claims begin inside the span, and the first one's key."""
        low = bisect_left(self._starts, (first, ""))
        high = bisect_left(self._starts, (last + 1, ""))
        return high - low, self._starts[low][1] if high > low else ""


class Networks:
    """The province's IPv4 networks: which one an address lies in."""

    def __init__(self, rows: Iterable[Planned]) -> None:
        self._by_length: dict[int, dict[int, Planned]] = {}
        for row in rows:
            if row.is_prefix and row.ipv4:
                network = ip_network(row.ipv4)
                self._by_length.setdefault(network.prefixlen, {}).setdefault(int(network.network_address), row)
        self._lengths = sorted(self._by_length, reverse=True)

    def of(self, first: int, last: int) -> Planned | None:
        """The smallest network that holds the whole span."""
        for length in self._lengths:
            shift = 32 - length
            row = self._by_length[length].get(first >> shift << shift)
            if row and last >> shift == first >> shift:
                return row
        return None
