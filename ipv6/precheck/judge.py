"""The whole pre-check: two sets of configurations and what must talk in, one verdict with its reasons out; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipv6.precheck import edges, parity, unchanged
from ipv6.precheck.filters import Compiled
from ipv6.precheck.model import Node
from ipv6.precheck.network import Network
from ipv6.precheck.parse import Texts, device
from ipv6.precheck.reach import Fabric
from ipv6.precheck.rib import Tables, tables
from ipv6.precheck.spec import Spec
from ipv6.precheck.talk import Talk
from ipv6.precheck.verdict import Reason, Result

Devices = Mapping[str, Texts]
"""Every device's texts by (driver, object)."""
LIMIT = 1 << 20


class Precheck:
    """Remembers what it has read and compiled, so that many changes of one network are judged quickly."""

    def __init__(self) -> None:
        self._compiled = {version: Compiled(version) for version in (4, 6)}
        self._tables: dict[tuple[int, object], Tables] = {}

    def judge(self, before: Devices, after: Devices, wanted: Spec) -> Result:
        """Whether `after` may replace `before`."""
        for version, compiled in self._compiled.items():
            if compiled.sets.size > LIMIT:
                self._compiled[version] = Compiled(version)
        old, new = _network(before, wanted), _network(after, wanted)
        was4 = self._fabric(old, 4)
        four, six = self._fabric(new, 4), self._fabric(new, 6)
        reasons = list(unchanged.judge(was4, four))
        checked = len(old.nodes)
        notes: list[str] = []
        for fabric in (four, six):
            if not any(zone.lan.get(fabric.version) for zone in wanted.zones):
                continue
            talk = Talk(fabric, wanted)
            found = [*edges.judge(fabric, wanted), *talk.reasons()]
            checked += talk.asked
            if fabric is four and found and not reasons:
                # Nothing about IPv4 changed, so this was so before: said, but not the change's fault.
                notes += [one.text for one in found]
            else:
                reasons += found
        reasons += parity.addresses(four, six, wanted)
        reasons += parity.routes(four, six, wanted)
        unknown = [f"{name}: {line}" for name, node in new.nodes.items() for line in node.unknown]
        notes += [f"{name}: {line} is not judged" for name, node in new.nodes.items() for line in node.left_out]
        return Result(tuple(_once(reasons)), tuple(unknown), tuple(dict.fromkeys(notes)), checked)

    def _fabric(self, net: Network, version: int) -> Fabric:
        key = (version, _view(net, version))
        if key not in self._tables:
            if len(self._tables) > 64:
                self._tables.clear()
            self._tables[key] = tables(net, version)
        return Fabric(net, version, self._tables[key], self._compiled[version])


def judge(before: Devices, after: Devices, wanted: Spec) -> Result:
    """One pre-check."""
    return Precheck().judge(before, after, wanted)


def _network(devices: Devices, wanted: Spec) -> Network:
    nodes: dict[str, Node] = {}
    for name, texts in devices.items():
        nodes.update(device(name, texts))
    return Network(nodes, wanted.wiring)


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
