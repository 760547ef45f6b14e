"""The whole pre-check: two sets of configurations and what must talk in, one verdict with its reasons out; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipv6.precheck import edges, filters, parity, unchanged
from ipv6.precheck.fib import Fib
from ipv6.precheck.filters import Compiled
from ipv6.precheck.model import Node
from ipv6.precheck.network import Network, Port
from ipv6.precheck.parse import Texts, device
from ipv6.precheck.reach import Fabric
from ipv6.precheck.rib import Tables, tables
from ipv6.precheck.spec import Spec, Zone
from ipv6.precheck.talk import Talk
from ipv6.precheck.verdict import Reason, Result

Devices = Mapping[str, Texts]
"""Every device's texts by (driver, object)."""
LIMIT = 1 << 20
KEPT = 256


class Precheck:
    """Remembers what it has read and compiled, so that many changes of one network are judged quickly.

    Without `notes`, an IPv4 that is proven unchanged is not asked again for what was broken before; the verdict is the
    same.
    """

    def __init__(self, notes: bool = True) -> None:
        self._notes = notes
        self._compiled = {version: Compiled(version) for version in (4, 6)}
        self._tables: dict[tuple[int, object], Tables] = {}
        self._fibs: dict[tuple[str, int], Fib] = {}
        self._judged: dict[tuple[object, ...], tuple[list[Reason], int, object]] = {}
        self._edges: dict[tuple[object, ...], tuple[list[Reason], object]] = {}

    def judge(self, before: Devices, after: Devices, wanted: Spec) -> Result:
        """Whether `after` may replace `before`."""
        for version, compiled in self._compiled.items():
            if compiled.sets.size > LIMIT:
                self._compiled[version] = Compiled(version)
                self._judged.clear()
                self._edges.clear()
        old, new = _networks(before, after, wanted.wiring)
        was4 = self._fabric(old, 4)
        four, six = self._fabric(new, 4), self._fabric(new, 6)
        reasons = list(unchanged.judge(was4, four))
        checked = len(old.nodes)
        notes: list[str] = []
        for fabric in (four, six):
            if not any(zone.lan.get(fabric.version) for zone in wanted.zones):
                continue
            if fabric is four and not reasons and not self._notes:
                continue
            found, asked = self._family(fabric, wanted)
            checked += asked
            if fabric is four and found and not reasons:
                # Nothing about IPv4 changed, so this was so before: said, but not the change's fault.
                notes += [one.text for one in found]
            else:
                reasons += found
        reasons += parity.addresses(four, six, wanted)
        reasons += parity.routes(four, six, wanted)
        reasons += parity.wide(six, wanted)
        unknown = [f"{name}: {line}" for name, node in new.nodes.items() for line in node.unknown]
        # Where a line was not understood, what looks wrong may be right.
        dark = {name.partition("/")[0] for name, node in new.nodes.items() if node.unknown}
        notes += [f"not proven: {one.text}" for one in reasons if one.device.partition("/")[0] in dark]
        reasons = [one for one in reasons if one.device.partition("/")[0] not in dark]
        notes += [f"{name}: {line} is not judged" for name, node in new.nodes.items() for line in node.left_out]
        return Result(tuple(_once(reasons)), tuple(unknown), tuple(dict.fromkeys(notes)), checked)

    def _family(self, fabric: Fabric, wanted: Spec) -> tuple[list[Reason], int]:
        """What is wrong in one family; a family that is as it was the last time is not judged again."""
        version = fabric.version
        rules = tuple((name, filters.signatures(node, version)) for name, node in fabric.net.nodes.items())
        key = (version, id(wanted), id(fabric.tables), rules)
        if key not in self._judged:
            if len(self._judged) > KEPT:
                self._judged.clear()
            found: list[Reason] = []
            for name, ports in edges.edges(fabric, wanted):
                found += self._edge(fabric, wanted, name, ports)
            talk = Talk(fabric, wanted)
            found += talk.reasons()
            # What the key names by identity is kept alive beside the answer.
            self._judged[key] = (found, talk.asked, (wanted, fabric))
        found, asked, _ = self._judged[key]
        return list(found), asked

    def _edge(self, fabric: Fabric, wanted: Spec, name: str, ports: dict[str, Zone]) -> list[Reason]:
        node, fib = fabric.net.nodes[name], fabric.tables[name]
        forwards = fabric.version in node.forwards
        key = (fabric.version, id(wanted), name, id(fib), fabric.local(name), forwards, tuple(ports),
               filters.signatures(node, fabric.version))  # fmt: skip
        if key not in self._edges:
            if len(self._edges) > 16 * KEPT:
                self._edges.clear()
            self._edges[key] = (list(edges.judge(fabric, wanted, name, ports)), (wanted, fib, node))
        return self._edges[key][0]

    def _fabric(self, net: Network, version: int) -> Fabric:
        key = (version, _view(net, version))
        if key not in self._tables:
            if len(self._tables) > 64:
                self._tables.clear()
            made = tables(net, version)
            # A node whose routes are as before keeps its table, and with it what was found out about it.
            for name, fib in made.fibs.items():
                known = self._fibs.get((name, version))
                if known is None or known.routes != fib.routes:
                    self._fibs[(name, version)] = fib
            fibs = {name: self._fibs[(name, version)] for name in made.fibs}
            self._tables[key] = Tables(fibs, made.told)
        return Fabric(net, version, self._tables[key], self._compiled[version])


def judge(before: Devices, after: Devices, wanted: Spec) -> Result:
    """One pre-check."""
    return Precheck().judge(before, after, wanted)


def network_of(devices: Devices, wiring: Mapping[Port, str]) -> Network:
    """Every device's nodes, joined by their links."""
    nodes: dict[str, Node] = {}
    for name, texts in devices.items():
        nodes.update(device(name, texts))
    return Network(nodes, wiring)


def _networks(before: Devices, after: Devices, wiring: Mapping[Port, str]) -> tuple[Network, Network]:
    """Both networks, read device by device: most lines of a device are the same before and after."""
    found: tuple[dict[str, Node], dict[str, Node]] = ({}, {})
    for name in dict.fromkeys((*before, *after)):
        for nodes, devices in zip(found, (before, after), strict=True):
            if name in devices:
                nodes.update(device(name, devices[name]))
    return Network(found[0], wiring), Network(found[1], wiring)


def _view(net: Network, version: int) -> tuple[object, ...]:
    """Everything that decides about one family's routes; equal views have equal tables."""
    found: list[object] = []
    for name, node in net.nodes.items():
        ports = tuple(
            (port.name, port.up, port.of(version), port.areas.get(version), net.link_of.get((name, port.name)))
            for port in node.interfaces.values()
            if port.of(version) or version in port.areas
        )
        statics = tuple(static for static in node.statics if static.version == version)
        bgp = node.bgp and (
            node.bgp.asn,
            node.bgp.router_id,
            tuple(peer for peer in node.bgp.peers if peer.version == version),
            frozenset(one for one in node.bgp.networks if one[0] == version),
            frozenset(one for one in node.bgp.takes if one[0] == version),
        )
        processes = frozenset(one for one in node.processes if one[1] == version)
        lists = tuple(item for item in node.prefix_lists.items() if item[0][0] == version)
        found.append((name, node.kind, lists, ports, statics, bgp, processes, version in node.forwards))
    return tuple(found)


def _once(reasons: list[Reason]) -> Iterator[Reason]:
    """Every reason once: the same cause on the same device for the same pair in the same family."""
    seen = set()
    for one in reasons:
        key = (one.kind, one.pair, one.family, one.device, one.interface)
        if key not in seen:
            seen.add(key)
            yield one
