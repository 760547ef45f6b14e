"""Sets of packets as canonical interval diagrams: equal sets are the same object, so comparing costs nothing; pure.

A node of level n is a tuple of slices (low, high, child) over the n-th field: sorted, disjoint, adjacent slices with
the same child merged, slices with an empty child left out. Fields: target, source, protocol, source port, target port
(ICMP: type). Nodes are interned, so equality is identity; every operation is remembered per pair of nodes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias, TypeVar

from ipv6.precheck.numbers import ALL, PORTS, PROTOCOLS, Ranges, union
from ipv6.precheck.slices import EMPTY, LEAF, Node, Slice, by_low, common, meeting, merged, overlay, parts, rest

Label = TypeVar("Label", bound=Hashable)
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


def joined(rules: Sequence[tuple[Box, bool]]) -> list[tuple[Box, bool]]:
    """The same with neighbours that say the same and differ in their targets, or in their sources, as one rule.

    Groups of addresses are often written as a rule for each.
    """
    found: list[tuple[Box, bool]] = []
    at, count = 0, len(rules)
    while at < count:
        box, accepts = rules[at]
        after, field = at + 1, -1
        while after < count and rules[after][1] == accepts and rules[after][0][2:] == box[2:]:
            other = rules[after][0]
            differs = DST if other[SRC] == box[SRC] else SRC if other[DST] == box[DST] else -1
            if differs < 0 or field not in (-1, differs):
                break
            after, field = after + 1, differs
        if field >= 0:
            ranges = union(chain.from_iterable(rules[one][0][field] for one in range(at, after)))
            box = (ranges, *box[1:]) if field == DST else (box[DST], ranges, *box[2:])
        found.append((box, accepts))
        at = after
    return found


class Diagrams:
    """One universe of nodes of one family; nodes of two universes must not be mixed."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._nodes: dict[tuple[Slice, ...], Node] = {}
        self._known: dict[tuple[object, ...], Node] = {}
        self._boxes: dict[Sequence[Ranges], Node] = {}
        self._or: dict[tuple[Node, Node], Node] = {}
        self._and: dict[tuple[Node, Node], Node] = {}
        self._not: dict[tuple[Node, Node], Node] = {}
        self._many: dict[frozenset[Node], Node] = {}
        self.every = self.box((ALL[version], ALL[version], PROTOCOLS, PORTS, PORTS))

    @property
    def size(self) -> int:
        """How many nodes are remembered."""
        return len(self._nodes)

    def _intern(self, slices: Sequence[Slice]) -> Node:
        """The one node of slices that are merged already."""
        if not slices:
            return EMPTY
        key = tuple(slices)
        found = self._nodes.get(key)
        if found is None:
            self._nodes[key] = found = Node(key)
        return found

    def _make(self, slices: Iterable[Slice]) -> Node:
        merged: list[Slice] = []
        end, before = -1, EMPTY
        for piece in slices:
            low, high, child = piece
            if child is before and end == low:
                merged[-1] = (merged[-1][0], high, child)
            elif child:
                merged.append(piece)
                before = child
            else:
                continue
            end = high + 1
        return self._intern(merged)

    def box(self, fields: Box) -> Node:
        """The packets that meet one condition per field."""
        return self._box(fields, 0)

    def _box(self, fields: Sequence[Ranges], level: int) -> Node:
        """The same from a level on."""
        if level == DEPTH:
            return LEAF
        below = tuple(fields[level + 1 :])
        child = self._boxes.get(below)
        if child is None:
            self._boxes[below] = child = self._box(fields, level + 1)
        return self._intern([(low, high, child) for low, high in fields[level]] if child else ())

    def ordered(self, rules: Sequence[tuple[Box, bool]], default: bool = False) -> Node:
        """What an ordered list of (box, accepts) lets through, the first match deciding."""
        if default:
            whole = (ALL[self.version], ALL[self.version], PROTOCOLS, PORTS, PORTS)
            rules = [*rules, (whole, True)]
        return self._ordered(joined(rules), 0)

    def _below(self, rules: Sequence[tuple[Box, bool]], level: int) -> Node:
        """The same from a level on; the many pieces of a prefix share what is below it."""
        if len(rules) == 1:
            box, accepts = rules[0]
            return self._box(box, level) if accepts else EMPTY
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
        # Pieces of one prefix differ in that only: below it they are the same rule, of which the first counts.
        tails: dict[tuple[object, ...], int] = {}
        tail = [tails.setdefault((*box[level + 1 :], accepts), at) for at, (box, accepts) in enumerate(rules)]
        active: set[int] = set()
        known: dict[tuple[int, ...], Node] = {}
        slices = []
        for low, high in pairwise(cuts):
            active.difference_update(ends.get(low, ()))
            active.update(starts.get(low, ()))
            if active:
                key = tuple(dict.fromkeys([tail[position] for position in sorted(active)]))
                found = known.get(key)
                if found is None:
                    known[key] = found = self._below([rules[position] for position in key], level + 1)
                slices.append((low, high - 1, found))
        return self._make(slices)

    def union(self, left: Node, right: Node) -> Node:
        """Packets in one or the other."""
        if left is right or not right:
            return left
        if not left:
            return right
        found = self._or.get((left, right))
        if found is None:
            found = self._make((low, high, self.union(a, b)) for low, high, a, b in overlay(left, right))
            self._or[left, right] = self._or[right, left] = found
        return found

    def union_all(self, nodes: Sequence[Node]) -> Node:
        """Packets in any; all at once, so that many small sets cost about one sort."""
        found = frozenset(nodes) - {EMPTY}
        if len(found) <= 2:
            few = (*found, EMPTY, EMPTY)
            return self.union(few[0], few[1])
        together = self._many.get(found)
        if together is None:
            slices = sorted(chain.from_iterable(found), key=by_low)
            self._many[found] = together = self._make(merged(slices, self.union_all))
        return together

    def both(self, left: Node, right: Node) -> Node:
        """Packets in one and the other."""
        if left is right or not left:
            return left
        if not right:
            return right
        found = self._and.get((left, right))
        if found is None:
            if len(left) < len(right):
                left, right = right, left
            found = self._make(common(left, right, self.both))
            self._and[left, right] = self._and[right, left] = found
        return found

    def without(self, left: Node, right: Node) -> Node:
        """Packets in the left only."""
        if left is right:
            return EMPTY
        if not left or not right:
            return left
        found = self._not.get((left, right))
        if found is None:
            self._not[left, right] = found = self._make(rest(left, right, self.without))
        return found

    def towards(self, node: Node, ranges: Ranges) -> Node:
        """The packets whose target lies in the ranges."""
        if len(ranges) == 1 and node and ranges[0][0] <= node[0][0] and node[-1][1] <= ranges[0][1]:
            return node
        # Parts of merged slices are merged.
        return self._intern([
            (low if low > first else first, high if high < last else last, child)
            for low, high, first, last, child in meeting(node, ranges)
        ])  # fmt: skip

    def split(self, node: Node, starts: Sequence[int], labels: Sequence[Label]) -> dict[Label | None, Node]:
        """A set by the labels of intervals of targets: the n-th begins at `starts[n]` and ends before the next.

        What lies before all of them has the label None.
        """
        found: dict[Label | None, list[Slice]] = {}
        for at, part in parts(node, starts):
            found.setdefault(labels[at - 1] if at else None, []).extend(part)
        if len(found) == 1:
            return dict.fromkeys(found, node)
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
