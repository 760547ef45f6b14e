"""IPv4 before and after: every device does the same with every packet, however it is now written; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipv6.precheck import filters
from ipv6.precheck.diagram import Packet
from ipv6.precheck.model import STATES, Filter
from ipv6.precheck.numbers import PORTS, PROTOCOLS, ROUTED, Ranges, intersect, minus, show, show_prefix, union
from ipv6.precheck.reach import Fabric
from ipv6.precheck.verdict import Reason, packet_text

Way = frozenset[tuple[str, int | None]]
"""Next hops by link, so that renaming an interface changes nothing."""


def judge(before: Fabric, after: Fabric) -> Iterator[Reason]:
    """Every route and every filter whose effect differs."""
    for name in before.net.nodes:
        if name not in after.net.nodes:
            yield Reason("ipv4", name, before.version, name, "", "the device is gone")
            continue
        if before.tables[name] is not after.tables[name]:
            yield from _routes(before, after, name)
        yield from _filters(before, after, name)
        if before.told.get(name, ()) != after.told.get(name, ()):
            yield _told(before, after, name)


def _told(before: Fabric, after: Fabric, name: str) -> Reason:
    old, new, version = before.told.get(name, ()), after.told.get(name, ()), before.version
    gone, fresh = minus(old, new), minus(new, old)
    said = f"it no longer announces {show_prefix(version, *gone[0])}" if gone else ""
    said = said or f"it now announces {show_prefix(version, *fresh[0])}"
    return Reason("ipv4", f"{name} -> internet", version, name, "", f"{said} to the outside")


def _ways(fabric: Fabric, name: str) -> dict[Way, Ranges]:
    found: dict[Way, list[tuple[int, int]]] = {}
    for hops, ranges in fabric.tables[name].groups.items():
        way = frozenset((fabric.net.link_of.get((name, hop.out), hop.out), hop.via) for hop in hops)
        found.setdefault(way, []).extend(ranges)
    return {way: union(ranges) for way, ranges in found.items()}


def _routes(before: Fabric, after: Fabric, name: str) -> Iterator[Reason]:
    old, new = _ways(before, name), _ways(after, name)
    for way, ranges in old.items():
        moved = minus(ranges, new.get(way, ()))
        if moved:
            yield _moved(before, after, name, moved)
    fresh = minus(_all(new), _all(old))
    if fresh:
        yield _moved(before, after, name, fresh)


def _all(ways: dict[Way, Ranges]) -> Ranges:
    return union(interval for ranges in ways.values() for interval in ranges)


def _moved(before: Fabric, after: Fabric, name: str, ranges: Ranges) -> Reason:
    version, (first, last) = before.version, ranges[0]
    was, now = (_said(fabric, name, first) for fabric in (before, after))
    route = after.tables[name].find(first) or before.tables[name].find(first)
    port = min((hop.out for hop in route.hops), default="") if route else ""
    cause = f"the route to {show_prefix(version, first, last)} was {was} and becomes {now}"
    return Reason("ipv4", f"{name} -> {show(version, first)}", version, name, port, cause)


def _said(fabric: Fabric, name: str, number: int) -> str:
    route = fabric.tables[name].find(number)
    if route is None:
        return "none"
    hops = sorted(f"{hop.out} {show(fabric.version, hop.via) if hop.via is not None else ''}".strip()
                  for hop in route.hops)  # fmt: skip
    return f"{show_prefix(fabric.version, route.first, route.last)} {route.source} {', '.join(hops) or 'blackhole'}"


def _filters(before: Fabric, after: Fabric, name: str) -> Iterator[Reason]:
    old, new, version = before.net.nodes[name], after.net.nodes[name], before.version
    if filters.signatures(old, version) == filters.signatures(new, version) and set(old.interfaces) <= set(
        new.interfaces
    ):
        return
    there = {after.net.link_of.get((name, port), port): port for port in new.interfaces}
    pairs = [
        (port, there.get(before.net.link_of.get((name, port), port), ""))
        for port, one in old.interfaces.items()
        if one.of(version)
    ]
    for iif, new_iif in (("", ""), *pairs):
        if before.sources(name, iif) != after.sources(name, new_iif):
            cause = "reverse path forwarding takes other sources there than before"
            yield Reason("ipv4", f"{name}: {iif}", version, name, new_iif or iif, cause)
        for hops, ranges in before.tables[name].groups.items():
            for hop in hops:
                new_oif = there.get(before.net.link_of.get((name, hop.out), hop.out), "")
                chains = (filters.chain(old, iif, hop.out, version), filters.chain(new, new_iif, new_oif, version))
                targets = minus(intersect(ranges, ROUTED[version]), before.local(name))
                yield from _differ(before, after, name, chains, (iif, hop.out), (new_iif, new_oif), targets)
        if iif:
            entries = (filters.entry(old, iif, version), filters.entry(new, new_iif, version))
            yield from _differ(before, after, name, entries, (iif, ""), (new_iif, ""), before.local(name))


Chain = Sequence[tuple[str, Filter]]


def _differ(
    before: Fabric,
    after: Fabric,
    name: str,
    chains: tuple[Chain, Chain],
    old: tuple[str, str],
    new: tuple[str, str],
    targets: Ranges,
) -> Iterator[Reason]:
    version, sets = before.version, before.sets
    for state in STATES:
        if _rules(chains[0], version, *old, state) == _rules(chains[1], version, *new, state):
            continue
        was = before.compiled.through(chains[0], *old, state)
        now = after.compiled.through(chains[1], *new, state)
        if was is now:
            continue
        checked = before.sources(name, old[0])
        sources = ROUTED[version] if checked is None else intersect(checked, ROUTED[version])
        whole = sets.box((targets, sources, PROTOCOLS, PORTS, PORTS))
        for wrong, said in ((sets.without(was, now), "passed and is dropped"), (sets.without(now, was), "was dropped")):
            feasible = sets.both(wrong, whole)
            if feasible:
                packet = sets.witness(feasible)
                said = "was dropped and passes" if said == "was dropped" else said
                rule = next((text for _, text in _decided(chains, packet, old, new, state, said)), "")
                pair = f"{name}: {old[0] or 'itself'} -> {old[1] or 'itself'}"
                shown = packet_text(packet, state)
                yield Reason("ipv4", pair, version, name, new[0] or new[1], f"it {said}: {rule}", shown)
                return


def _rules(chain: Chain, version: int, iif: str, oif: str, state: str) -> list[object]:
    return [
        (
            found.default,
            [(rule.accepts, rule.box(version)) for rule in filters.relevant(found, version, iif, oif, state)],
        )
        for _, found in chain
    ]


def _decided(
    chains: tuple[Chain, Chain], packet: Packet, old: tuple[str, str], new: tuple[str, str], state: str, said: str
) -> Iterator[tuple[str, str]]:
    """The rule that drops it now, or the one that lets it through now."""
    for where, found in chains[1]:
        passes, text = filters.decide(found, packet, *new, state)
        if not passes or said.endswith("passes"):
            yield where, text
    if not chains[1]:
        yield "", "there is no filter any more"
