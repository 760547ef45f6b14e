"""Slices (low, high, child) of interval diagrams: which of two nodes, or of a node and ranges, meet; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, TypeAlias

from ipv6.precheck.numbers import Ranges

Node: TypeAlias = tuple[Any, ...]
EMPTY: Node = ()
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


def common(left: Node, right: Node) -> Iterable[tuple[int, int, Node, Node]]:
    """The slices of two nodes that meet, with both children."""
    i = j = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        low, high = max(a[0], b[0]), min(a[1], b[1])
        if low <= high:
            yield low, high, a[2], b[2]
        if a[1] < b[1]:
            i += 1
        else:
            j += 1
