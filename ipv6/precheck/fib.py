"""The forwarding table of one node in one family: longest match over disjoint intervals; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from ipv6.precheck.igp import Hop
from ipv6.precheck.numbers import ALL, Ranges, minus, union


class Route(NamedTuple):
    """One installed route; no hops is a blackhole. `source` is connected, static, ospf, isis, ebgp or ibgp; `cost` is
    that of link-state routing."""

    first: int
    last: int
    length: int
    source: str
    hops: frozenset[Hop]
    cost: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """First number and length."""
        return self.first, self.length


class Fib:
    """Installed routes by (first, length), and the intervals that they make."""

    def __init__(self, routes: Mapping[tuple[int, int], Route]) -> None:
        self.routes = routes
        self._nowhere: Ranges | None = None

    def find(self, number: int) -> Route | None:
        """The longest match of an address."""
        starts, found = self._flat
        position = bisect_right(starts, number) - 1
        return found[position] if position >= 0 else None

    @cached_property
    def _flat(self) -> tuple[list[int], list[Route | None]]:
        """Starts of intervals and the route of each; prefixes nest, so a stack is enough."""
        starts: list[int] = []
        found: list[Route | None] = []

        stack: list[Route] = []
        for route in (*sorted(self.routes.values(), key=itemgetter(0, 2)), None):
            first = route[0] if route is not None else None
            while stack and (first is None or stack[-1][1] < first):
                after = stack.pop()[1] + 1
                if after != first:
                    # What ends here may begin where another ended: the outer one goes on.
                    if starts[-1] == after:
                        found[-1] = stack[-1] if stack else None
                    else:
                        starts.append(after)
                        found.append(stack[-1] if stack else None)
            if route is None:
                break
            stack.append(route)
            if starts and starts[-1] == first:
                found[-1] = route
            else:
                starts.append(route[0])
                found.append(route)
        return starts, found

    @cached_property
    def ways(self) -> tuple[list[int], list[frozenset[Hop] | None]]:
        """Starts of intervals and the next hops of each (None: no route), neighbours with the same ones together."""
        starts: list[int] = []
        found: list[frozenset[Hop] | None] = []
        for start, route in zip(*self._flat, strict=True):
            hops = route.hops if route is not None else None
            if not found or found[-1] != hops:
                starts.append(start)
                found.append(hops)
        return starts, found

    @cached_property
    def groups(self) -> dict[frozenset[Hop], Ranges]:
        """Targets by what happens to them: every interval with the same next hops together."""
        starts, found = self.ways
        intervals: dict[frozenset[Hop], list[tuple[int, int]]] = {}
        for first, after, hops in zip(starts, starts[1:], found, strict=False):
            if hops is not None:
                intervals.setdefault(hops, []).append((first, after - 1))
        # The pieces of one way are sorted and apart already.
        return {hops: tuple(one) for hops, one in intervals.items()}

    def nowhere(self, version: int) -> Ranges:
        """Targets without a route."""
        if self._nowhere is None:
            self._nowhere = minus(ALL[version], union(one for ranges in self.groups.values() for one in ranges))
        return self._nowhere
