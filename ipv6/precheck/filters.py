"""What the filters on a node let through, as diagrams: compiled once per rule list, interfaces and state; pure."""

from __future__ import annotations

from collections.abc import Sequence

from ipv6.precheck.diagram import Diagrams, Packet
from ipv6.precheck.model import Filter, Interface, Node, Rule
from ipv6.precheck.numbers import within
from ipv6.precheck.slices import EMPTY
from ipv6.precheck.slices import Node as Set


def signature(found: Filter | None, version: int) -> tuple[object, ...]:
    """What a filter does to one family, by the identity of its rules (parsers give one object per rule text)."""
    if found is None:
        return ()
    return (found.default, *(id(rule) for rule in found.rules if rule.version in (0, version)))


def signatures(node: Node, version: int) -> tuple[object, ...]:
    """All filters of a node and where they are bound, for one family."""
    if not (node.forward or node.input or node.lists):
        bound: tuple[object, ...] = ()
    else:
        bound = tuple(
            (name, way, listed)
            for name, port in node.interfaces.items()
            for (way, family), listed in port.filters.items()
            if family == version
        )
    lists = tuple((name, signature(one, version)) for (family, name), one in node.lists.items() if family == version)
    urpf = tuple((name, port.urpf[version]) for name, port in node.interfaces.items() if version in port.urpf)
    return signature(node.forward, version), signature(node.input, version), lists, bound, urpf


def relevant(found: Filter, version: int, iif: str, oif: str, state: str) -> list[Rule]:
    """The rules that can decide about a packet of that family on those interfaces in that state, in order."""
    return [
        rule
        for rule in found.rules
        if rule.version in (0, version)
        and (rule.iif is None or iif in rule.iif)
        and (rule.oif is None or oif in rule.oif)
        and (rule.states is None or state in rule.states)
    ]


def named(node: Node, port: str, direction: str, version: int) -> tuple[str, Filter | None]:
    """The access list on a port, by name and as rules; ("", None) when there is none.

    A list that is bound but not defined lets everything through, as VRP and Comware do.
    """
    interface: Interface | None = node.interfaces.get(port)
    name = interface.filters.get((direction, version), "") if interface else ""
    return name, node.lists.get((version, name)) if name else None


def chain(node: Node, iif: str, oif: str, version: int) -> list[tuple[str, Filter]]:
    """Every filter a forwarded packet meets, in order, with where it is; an empty `iif` is the node itself."""
    found: list[tuple[str, Filter]] = []
    _, inbound = named(node, iif, "in", version)
    if inbound is not None:
        found.append((f"{iif} inbound", inbound))
    if node.forward is not None and iif:
        found.append(("forward", node.forward))
    _, outbound = named(node, oif, "out", version)
    if outbound is not None:
        found.append((f"{oif} outbound", outbound))
    return found


def entry(node: Node, iif: str, version: int) -> list[tuple[str, Filter]]:
    """Every filter a packet for the node itself meets."""
    found: list[tuple[str, Filter]] = []
    _, inbound = named(node, iif, "in", version)
    if inbound is not None:
        found.append((f"{iif} inbound", inbound))
    if node.input is not None:
        found.append(("input", node.input))
    return found


def decide(found: Filter, packet: Packet, iif: str, oif: str, state: str) -> tuple[bool, str]:
    """Whether one packet passes and the text of the rule that says so (the default's own words when none does)."""
    for rule in relevant(found, packet.version, iif, oif, state):
        target, source, protocol, sport, dport = rule.box(packet.version)
        if (
            within(packet.target, target)
            and within(packet.source, source)
            and within(packet.protocol, protocol)
            and within(packet.source_port, sport)
            and within(packet.port, dport)
        ):
            return rule.accepts, rule.text
    return found.default, f"{found.name}: no rule matches, the default is {'accept' if found.default else 'drop'}"


class Compiled:
    """Diagrams of filters in one family; equal rule lists share theirs."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.sets = Diagrams(version)
        self._index: dict[tuple[int, str], tuple[dict[str, list[Rule]], list[Rule], Filter]] = {}
        self._known: dict[tuple[object, ...], tuple[Set, list[Rule]]] = {}
        self._asked: dict[tuple[int, str, str, str], tuple[Set, Filter]] = {}

    def passes(self, found: Filter, iif: str, oif: str, state: str) -> Set:
        """Packets that one filter lets through."""
        # An identity stands for its filter or rule only while that lives, so they are kept.
        asked = self._asked.get((id(found), iif, oif, state))
        if asked is None:
            made = self._passes(found, iif, oif, state)
            self._asked[id(found), iif, oif, state] = asked = made, found
        return asked[0]

    def _passes(self, found: Filter, iif: str, oif: str, state: str) -> Set:
        rules = [rule for rule in self._from(found, iif, state) if rule.oif is None or oif in rule.oif]
        key = (found.default, *map(id, rules))
        entry = self._known.get(key)
        if entry is None:
            made = self.sets.ordered([(rule.box(self.version), rule.accepts) for rule in rules], found.default)
            self._known[key] = entry = (made, rules)
        return entry[0]

    def _from(self, found: Filter, iif: str, state: str) -> list[Rule]:
        """The rules that can decide about what comes from a port, up to the first that decides about everything."""
        key = (id(found), state)
        entry = self._index.get(key)
        if entry is None:
            rest: list[Rule] = []
            by_port: dict[str, list[Rule]] = {port: [] for rule in found.rules for port in rule.iif or ()}
            for rule in found.rules:
                if rule.version in (0, self.version) and (rule.states is None or state in rule.states):
                    for one in [*by_port.values(), rest] if rule.iif is None else [by_port[port] for port in rule.iif]:
                        one.append(rule)
                    if rule.decides:
                        break
            self._index[key] = entry = (by_port, rest, found)
        return entry[0].get(iif, entry[1])

    def through(self, filters: Sequence[tuple[str, Filter]], iif: str, oif: str, state: str) -> Set:
        """Packets that every filter of a chain lets through."""
        left = self.sets.every
        for _, found in filters:
            left = self.sets.both(left, self.passes(found, iif, oif, state))
            if left is EMPTY:
                break
        return left
