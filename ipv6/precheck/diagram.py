"""Sets of packets as canonical interval diagrams: equal sets are the same object, so comparing costs nothing; pure.

A node of level n is a tuple of slices (low, high, child) over the n-th field: sorted, disjoint, adjacent slices with
the same child merged, slices with an empty child left out. Fields: target, source, protocol, source port, target port
(ICMP: type). Nodes are interned, so equality is identity; every operation is remembered per pair of nodes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, TypeVar

from ipv6.precheck.numbers import ALL, PORTS, PROTOCOLS, Ranges
from ipv6.precheck.slices import EMPTY, Node, by_low, common, meeting, overlay

Label = TypeVar("Label", bound=Hashable)
LEAF: Node = ("accept",)
DST, SRC, PROTO, SPORT, DPORT = range(5)
DEPTH = 5

Box: TypeAlias = tuple[Ranges, Ranges, Ranges, Ranges, Ranges]
"""One condition per field."""


@dataclass(frozen=True, slots=True, order=True)
class Packet:
    """One concrete packet; `port` is the target port, or the ICMP type; `protocol` an IANA number (1 stands for ICMP
    of the packet's own family, so that both families compare)."""

    version: int
    source: int
    target: int
    protocol: int
    source_port: int
    port: int


class Diagrams:
    """One universe of nodes of one family; nodes of two universes must not be mixed."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._nodes: dict[tuple[int, ...], Node] = {}
        self._known: dict[tuple[object, ...], Node] = {}
        self._memo: dict[tuple[str, int, int], Node] = {}
        self._many: dict[tuple[str, frozenset[int]], Node] = {}
        self.every = self.box((ALL[version], ALL[version], PROTOCOLS, PORTS, PORTS))

    @property
    def size(self) -> int:
        """How many nodes are remembered."""
        return len(self._nodes)

    def _make(self, slices: Iterable[tuple[int, int, Node]]) -> Node:
        merged: list[tuple[int, int, Node]] = []
        key: list[int] = []
        end, before = -1, EMPTY
        for piece in slices:
            low, high, child = piece
            if not child:
                continue
            if child is before and end == low:
                merged[-1] = (merged[-1][0], high, child)
                key[-2] = high
            else:
                merged.append(piece)
                # Children are interned already, so their identity stands for their whole value.
                key += (low, high, id(child))
            end, before = high + 1, child
        return self._nodes.setdefault(tuple(key), tuple(merged)) if merged else EMPTY

    def box(self, fields: Sequence[Ranges], level: int = 0) -> Node:
        """The packets that meet one condition per field."""
        node = LEAF
        for ranges in reversed(fields[level:]):
            node = self._make((low, high, node) for low, high in ranges)
        return node

    def ordered(self, rules: Sequence[tuple[Box, bool]], default: bool = False) -> Node:
        """What an ordered list of (box, accepts) lets through, the first match deciding."""
        if default:
            whole = (ALL[self.version], ALL[self.version], PROTOCOLS, PORTS, PORTS)
            rules = [*rules, (whole, True)]
        return self._ordered(rules, 0)

    def _below(self, rules: Sequence[tuple[Box, bool]], level: int) -> Node:
        """The same from a level on; the many pieces of a prefix share what is below it."""
        key = (level, *((*box[level:], accepts) for box, accepts in rules))
        found = self._known.get(key)
        if found is None:
            self._known[key] = found = self._ordered(rules, level)
        return found

    def _ordered(self, rules: Sequence[tuple[Box, bool]], level: int) -> Node:
        if level == DEPTH:
            return LEAF if rules[0][1] else EMPTY
        if not any(accepts for _, accepts in rules):
            return EMPTY
        starts: dict[int, list[int]] = {}
        ends: dict[int, list[int]] = {}
        for position, (box, _) in enumerate(rules):
            for low, high in box[level]:
                starts.setdefault(low, []).append(position)
                ends.setdefault(high + 1, []).append(position)
        cuts = sorted({*starts, *ends})
        if len(cuts) == 2:
            return self._make(((cuts[0], cuts[1] - 1, self._below(rules, level + 1)),))
        active: set[int] = set()
        known: dict[tuple[int, ...], Node] = {}
        slices = []
        for low, high in pairwise(cuts):
            active.difference_update(ends.get(low, ()))
            active.update(starts.get(low, ()))
            if active:
                key = tuple(sorted(active))
                if key not in known:
                    known[key] = self._below([rules[position] for position in key], level + 1)
                slices.append((low, high - 1, known[key]))
        return self._make(slices)

    def union(self, left: Node, right: Node, level: int = 0) -> Node:
        """Packets in one or the other."""
        if left is right or not right:
            return left
        if not left:
            return right
        if level == DEPTH:
            return LEAF
        key = ("or", *sorted((id(left), id(right))))
        if key not in self._memo:
            self._memo[key] = self._make(  # type: ignore[index]
                (low, high, self.union(a, b, level + 1)) for low, high, a, b in overlay(left, right)
            )
        return self._memo[key]  # type: ignore[index]

    def union_all(self, nodes: Sequence[Node], level: int = 0) -> Node:
        """Packets in any; all at once, so that many small sets cost about one sort."""
        found = {id(node): node for node in nodes if node}
        if len(found) <= 2:
            few = (*found.values(), EMPTY, EMPTY)
            return self.union(few[0], few[1], level)
        key = ("any", frozenset(found))
        if key not in self._many:
            slices = sorted((piece for node in found.values() for piece in node), key=by_low)
            self._many[key] = self._make(self._merged(slices, level))
        return self._many[key]

    def _merged(self, slices: Sequence[tuple[int, int, Node]], level: int) -> Iterable[tuple[int, int, Node]]:
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
                yield low, high, self._together([piece[2] for piece in slices[start:end]], level)
            else:
                yield from self._overlapping(slices[start:end], level)
            start = end

    def _overlapping(self, slices: Sequence[tuple[int, int, Node]], level: int) -> Iterable[tuple[int, int, Node]]:
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
                yield low, after - 1, self._together([slices[position][2] for position in active], level)

    def _together(self, children: Sequence[Node], level: int) -> Node:
        return LEAF if level + 1 == DEPTH else self.union_all(children, level + 1)

    def both(self, left: Node, right: Node, level: int = 0) -> Node:
        """Packets in one and the other."""
        if left is right or not left:
            return left
        if not right or level == DEPTH:
            return right
        key = ("and", *sorted((id(left), id(right))))
        if key not in self._memo:
            self._memo[key] = self._make(  # type: ignore[index]
                (low, high, self.both(a, b, level + 1)) for low, high, a, b in common(left, right)
            )
        return self._memo[key]  # type: ignore[index]

    def without(self, left: Node, right: Node, level: int = 0) -> Node:
        """Packets in the left only."""
        if not left or not right:
            return left
        if left is right or level == DEPTH:
            return EMPTY
        key = ("not", id(left), id(right))
        if key not in self._memo:
            self._memo[key] = self._make(
                (low, high, self.without(a, b, level + 1)) for low, high, a, b in overlay(left, right) if a
            )
        return self._memo[key]

    def towards(self, node: Node, ranges: Ranges) -> Node:
        """The packets whose target lies in the ranges."""
        if len(ranges) == 1 and node and ranges[0][0] <= node[0][0] and node[-1][1] <= ranges[0][1]:
            return node
        found: list[tuple[int, int, Node]] = []
        for low, high, first, last, child in meeting(node, ranges):
            found.append((low if low > first else first, high if high < last else last, child))
        return self._make(found)

    def split(self, node: Node, starts: Sequence[int], labels: Sequence[Label]) -> dict[Label | None, Node]:
        """A set by the labels of intervals of targets: the n-th begins at `starts[n]` and ends before the next.

        What lies before all of them has the label None.
        """
        found: dict[Label | None, list[tuple[int, int, Node]]] = {}
        count = len(starts)
        for low, high, child in node:
            at = bisect_right(starts, low)
            while at < count and starts[at] <= high:
                found.setdefault(labels[at - 1] if at else None, []).append((low, starts[at] - 1, child))
                low = starts[at]
                at += 1
            found.setdefault(labels[at - 1] if at else None, []).append((low, high, child))
        return {label: self._make(slices) for label, slices in found.items()}

    def witness(self, node: Node) -> Packet:
        """The smallest packet of a set that is not empty, with a client's port where that is free."""
        target, low_source = node[0][0], node[0][2]
        source, services = low_source[0][0], low_source[0][2]
        protocol, ports = services[0][0], services[0][2]
        low, high, targets = ports[0]
        free = low if protocol not in (6, 17) else min(max(low, 49152), high)
        return Packet(self.version, source, target, protocol, free, targets[0][0])

    def holds(self, node: Node, packet: Packet) -> bool:
        """Whether a packet is in the set."""
        for value in (packet.target, packet.source, packet.protocol, packet.source_port, packet.port):
            node = next((child for low, high, child in node if low <= value <= high), EMPTY)
            if not node:
                return False
        return True
