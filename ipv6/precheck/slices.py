"""Slices (low, high, child) of interval diagrams: which of two nodes, or of a node and ranges, meet; pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any, TypeAlias

from ipv6.precheck.numbers import Ranges


class Node(tuple[Any, ...]):
    """Sorted, disjoint slices. Nodes are interned, so one is equal to itself only and its hash costs nothing."""

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __ne__ = object.__ne__


Slice: TypeAlias = tuple[int, int, Node]
EMPTY = Node()
LEAF = Node(("accept",))
by_low, by_high = itemgetter(0), itemgetter(1)


def meeting(node: Node, ranges: Ranges) -> Iterable[tuple[int, int, int, int, Node]]:
    """Every slice that meets an interval, with the interval; the shorter side is walked, the longer one searched."""
    if len(ranges) <= len(node):
        for first, last in ranges:
            for at in range(bisect_left(node, first, key=by_high), len(node)):
                low, high, child = node[at]
                if low > last:
                    break
                yield low, high, first, last, child
        return
    for low, high, child in node:
        for at in range(bisect_left(ranges, low, key=by_high), len(ranges)):
            first, last = ranges[at]
            if first > high:
                break
            yield low, high, first, last, child


def overlay(left: Node, right: Node) -> Iterable[tuple[int, int, Node, Node]]:
    """Every elementary slice of two nodes with both children (EMPTY where one has none)."""
    i = j = 0
    low = min(left[0][0], right[0][0])
    while i < len(left) or j < len(right):
        a = left[i] if i < len(left) else None
        b = right[j] if j < len(right) else None
        in_a, in_b = a is not None and a[0] <= low, b is not None and b[0] <= low
        edges = []
        if a is not None:
            edges.append(a[1] if in_a else a[0] - 1)
        if b is not None:
            edges.append(b[1] if in_b else b[0] - 1)
        high = min(edges)
        if in_a or in_b:
            yield low, high, a[2] if in_a and a else EMPTY, b[2] if in_b and b else EMPTY
        low = high + 1
        if a is not None and a[1] < low:
            i += 1
        if b is not None and b[1] < low:
            j += 1


Operation: TypeAlias = Callable[[Node, Node], Node]


def common(left: Node, right: Node, both: Operation) -> list[Slice]:
    """The slices of two nodes that meet, with what their children have in common; the left one is the longer.

    Neighbours mostly have the same child, so the last answer is asked again first.
    """
    found: list[Slice] = []
    child = last = EMPTY
    for first, final, other in right:
        last = EMPTY
        for at in range(bisect_left(left, first, key=by_high), len(left)):
            piece = left[at]
            low, high, own = piece
            if low > final:
                break
            if own is not last:
                child, last = both(own, other), own
            if child:
                if child is own and first <= low and high <= final:
                    found.append(piece)
                else:
                    found.append((low if low > first else first, high if high < final else final, child))
    return found


def rest(left: Node, right: Node, without: Operation) -> list[Slice]:
    """What the left node has and the right one has not."""
    found: list[Slice] = []
    end, at = len(right), 0
    child = last = against = EMPTY
    for piece in left:
        low, high, own = piece
        if at < end and right[at][1] < low:
            at = bisect_left(right, low, at, key=by_high)
        one = at
        while one < end:
            first, final, other = right[one]
            if first > high:
                break
            if first > low:
                found.append((low, first - 1, own))
                low = first
            if own is not last or other is not against:
                child, last, against = without(own, other), own, other
            top = high if high < final else final
            if child:
                found.append((low, top, child))
            low = top + 1
            if final > high:
                break
            one += 1
        if low <= high:
            found.append(piece if low == piece[0] else (low, high, own))
    return found


def parts(node: Node, starts: Sequence[int]) -> Iterator[tuple[int, Sequence[Slice]]]:
    """The slices that lie before `starts[0]` (0), from there up to `starts[1]` (1) and so on."""
    if len(node) < 2 * len(starts):
        for low, high, child in node:
            at = bisect_right(starts, low)
            while at < len(starts) and starts[at] <= high:
                yield at, ((low, starts[at] - 1, child),)
                low = starts[at]
                at += 1
            yield at, ((low, high, child),)
        return
    low = 0
    for at, after in enumerate((*starts, node[-1][1] + 1)):
        begin, end = bisect_left(node, low, key=by_high), bisect_left(node, after, key=by_low)
        if begin < end:
            part = list(node[begin:end])
            if part[0][0] < low:
                part[0] = (low, *part[0][1:])
            if part[-1][1] >= after:
                part[-1] = (part[-1][0], after - 1, part[-1][2])
            yield at, part
        low = after


def merged(slices: Sequence[Slice], together: Callable[[Sequence[Node]], Node]) -> Iterator[Slice]:
    """Sorted slices that may overlap, as disjoint ones; each run of overlapping slices by itself."""
    start, count = 0, len(slices)
    while start < count:
        low, high, child = slices[start]
        end, alike = start + 1, True
        while end < count and slices[end][0] <= high:
            alike = alike and slices[end][0] == low and slices[end][1] == high
            high = max(high, slices[end][1])
            end += 1
        if end == start + 1:
            yield low, high, child
        elif alike:
            yield low, high, together([piece[2] for piece in slices[start:end]])
        else:
            yield from _overlapping(slices[start:end], together)
        start = end


def _overlapping(slices: Sequence[Slice], together: Callable[[Sequence[Node]], Node]) -> Iterator[Slice]:
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for position, (low, high, _) in enumerate(slices):
        starts.setdefault(low, []).append(position)
        ends.setdefault(high + 1, []).append(position)
    active: set[int] = set()
    for low, after in pairwise(sorted({*starts, *ends})):
        active.difference_update(ends.get(low, ()))
        active.update(starts.get(low, ()))
        if active:
            yield low, after - 1, together([slices[position][2] for position in active])
