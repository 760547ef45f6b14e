"""BGP as the province uses it: iBGP over loopbacks with route reflectors (RFC 4456), eBGP on a link; pure.

Prefixes that the same nodes originate with the same next hop share their fate, so the decision process (RFC 4271 9.1)
runs once per such class. A peer that no modelled device owns is outside and announces a default route.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ipv6.precheck import igp
from ipv6.precheck.fib import Fib, Route
from ipv6.precheck.igp import Hop
from ipv6.precheck.model import Bgp, Node, Peer, PrefixRule
from ipv6.precheck.network import Network
from ipv6.precheck.numbers import TOP

ROUNDS = 64
OUTSIDE = ""
Origin = tuple[str, int]
"""Who originates a prefix, and the next hop it announces (0: itself)."""
Refused = frozenset[tuple[str, tuple[int, str]]]
"""Node and prefix list (family, name) that do not let a prefix pass."""
Resolved = tuple[int, frozenset[Hop]] | None


@dataclass(frozen=True, slots=True)
class Session:
    """One end of an established session: `far` is the other node ("" outside), `own` our address on it."""

    peer: Peer
    far: str
    own: int


@dataclass(frozen=True, slots=True)
class Path:
    """A path as one node holds it; `client` tells whether a reflector may pass it on to everybody."""

    next_hop: int
    as_path: tuple[int, ...]
    inside: bool
    origin_id: int
    clusters: tuple[int, ...]
    sender: str
    client: bool
    local: bool = False


def sessions(net: Network, version: int, fibs: Mapping[str, Fib]) -> dict[str, list[Session]]:
    """Established sessions that carry the family, by node."""
    speakers = {name: node for name, node in net.nodes.items() if node.bgp}
    found: dict[str, list[Session]] = {name: [] for name in speakers}
    for name, node in speakers.items():
        for peer in node.bgp.peers if node.bgp else ():
            if version in peer.active and peer.version == version:
                session = _session(net, name, node, peer, version, fibs)
                if session is not None:
                    found[name].append(session)
    return found


def _session(net: Network, name: str, node: Node, peer: Peer, version: int, fibs: Mapping[str, Fib]) -> Session | None:
    assert node.bgp is not None
    route = fibs[name].find(peer.number)
    if route is None or not route.hops:
        return None
    outside = peer.asn != node.bgp.asn
    if outside and route.source != "connected":
        return None
    own = _own(net, name, node, peer, version, route)
    port = net.owner.get((version, peer.number))
    if port is None:
        return Session(peer, OUTSIDE, own) if outside else None
    far = net.nodes[port[0]]
    if far.bgp is None or far.bgp.asn != peer.asn or port[0] == name:
        return None
    mirror = _mirror(net, far.bgp, name, version)
    if mirror is None or mirror.asn != node.bgp.asn or version not in mirror.active:
        return None
    back = fibs[port[0]].find(mirror.number)
    if back is None or not back.hops:
        return None
    theirs = _own(net, port[0], far, mirror, version, back)
    # Either end may open the session; the one that opens it must come from the address the other expects.
    if own != mirror.number and theirs != peer.number:
        return None
    if not (_reaches(net, name, peer.number, version, fibs) and _reaches(net, port[0], mirror.number, version, fibs)):
        return None
    return Session(peer, port[0], mirror.number)


def _mirror(net: Network, far: Bgp, name: str, version: int) -> Peer | None:
    for peer in far.peers:
        if peer.version == version and net.owner.get((version, peer.number), ("",))[0] == name:
            return peer
    return None


def _own(net: Network, name: str, node: Node, peer: Peer, version: int, route: Route) -> int:
    """The address that a session of ours comes from."""
    interface = node.interfaces.get(peer.source or igp.first(route.hops).out)
    own = interface.of(version) if interface else ()
    return own[0].number if own else 0


def _reaches(net: Network, start: str, number: int, version: int, fibs: Mapping[str, Fib]) -> bool:
    """Whether packets for an address arrive there over the inner routes."""
    name, seen = start, set()
    while name not in seen:
        seen.add(name)
        if net.owner.get((version, number), ("",))[0] == name:
            return True
        if name != start and version not in net.nodes[name].forwards:
            return False
        route = fibs[name].find(number)
        if route is None or not route.hops:
            return False
        hop = igp.first(route.hops)
        name = net.on_link((name, hop.out), version, number if hop.via is None else hop.via)
        if not name:
            return False
    return False


def routes(
    net: Network, version: int, fibs: Mapping[str, Fib]
) -> tuple[dict[str, list[Route]], dict[str, list[tuple[int, int]]]]:
    """What BGP installs on every node, before preference; and what each node announces to the outside."""
    up = sessions(net, version, fibs)
    known: dict[tuple[str, int], Resolved] = {}
    found: dict[str, list[Route]] = {name: [] for name in up}
    told: dict[str, list[tuple[int, int]]] = {}
    for (origins, refused), prefixes in _classes(net, version, fibs, up).items():
        for name, path in _decide(net, fibs, up, origins, refused, known).items():
            outer = [session.peer for session in up[name] if not session.far]
            if path.sender and any(not _refused(name, peer.exports, refused) for peer in outer):
                told.setdefault(name, []).extend((first, last) for first, last, _ in prefixes)
            hops = None if path.local else _resolve(name, path.next_hop, fibs, known)
            if hops is not None:
                source = "ibgp" if path.inside else "ebgp"
                found[name] += [Route(first, last, length, source, hops[1]) for first, last, length in prefixes]
    return found, told


def _refused(name: str, lists: frozenset[tuple[int, str]], refused: Refused) -> bool:
    return bool(refused) and any((name, listed) in refused for listed in lists)


def _refusals(net: Network, version: int, up: Mapping[str, list[Session]], prefix: tuple[int, int, int]) -> Refused:
    """The prefix lists in use that do not let a prefix pass; a list that is not defined lets everything pass."""
    found = set()
    for name, ends in up.items():
        node = net.nodes[name]
        for session in ends if node.prefix_lists else ():
            for listed in (*session.peer.imports, *session.peer.exports):
                rules = node.prefix_lists.get(listed) if listed[0] == version else None
                if rules is not None and not _permits(rules, prefix):
                    found.add((name, listed))
    return frozenset(found)


def _permits(rules: tuple[PrefixRule, ...], prefix: tuple[int, int, int]) -> bool:
    first, last, length = prefix
    for accepts, low, high, shortest, longest in rules:
        if low <= first and last <= high and shortest <= length <= longest:
            return accepts
    return False


def _classes(
    net: Network, version: int, fibs: Mapping[str, Fib], up: Mapping[str, list[Session]]
) -> dict[tuple[frozenset[Origin], Refused], list[tuple[int, int, int]]]:
    """Prefixes by who originates them with which next hop (0: itself) and which lists refuse them.

    Outside peers originate a default route.
    """
    origins: dict[tuple[int, int, int], set[Origin]] = {}
    for name in up:
        node = net.nodes[name]
        assert node.bgp is not None
        wanted = {network[1:] for network in node.bgp.networks if network[0] == version}
        takes = {what for family, what in node.bgp.takes if family == version}
        if not wanted and not takes:
            continue
        # Who puts itself in for everybody announces all its prefixes alike.
        selfish = all(version in session.peer.self_hop or session.peer.asn != node.bgp.asn for session in up[name])
        for route in fibs[name].routes.values():
            prefix = (route.first, route.last, route.length)
            if prefix in wanted or route.source in takes:
                # FRR announces a network with the next hop of its route; VRP and Comware put themselves in.
                gateways = [hop.via for hop in route.hops if hop.via is not None]
                via = min(gateways) if gateways and node.kind == "frr" and not selfish else 0
                origins.setdefault(prefix, set()).add((name, via))
    outside = {(OUTSIDE, one.peer.number) for found in up.values() for one in found if not one.far}
    if outside:
        origins.setdefault((0, TOP[version], 0), set()).update(outside)
    classes: dict[tuple[frozenset[Origin], Refused], list[tuple[int, int, int]]] = {}
    for prefix, owners in origins.items():
        classes.setdefault((frozenset(owners), _refusals(net, version, up, prefix)), []).append(prefix)
    return classes


def _resolve(name: str, number: int, fibs: Mapping[str, Fib], known: dict[tuple[str, int], Resolved]) -> Resolved:
    """(cost, next hops) of a BGP next hop over the inner routes; None when it is not reachable."""
    key = (name, number)
    if key not in known:
        route = fibs[name].find(number)
        known[key] = None
        if route is not None and route.hops and route.length:
            hops = frozenset(Hop(hop.out, number if hop.via is None else hop.via) for hop in route.hops)
            known[key] = (route.cost, hops)
    return known[key]


def _decide(
    net: Network,
    fibs: Mapping[str, Fib],
    up: Mapping[str, list[Session]],
    origins: frozenset[Origin],
    refused: Refused,
    known: dict[tuple[str, int], Resolved],
) -> dict[str, Path]:
    """The best path of every node for one class, by rounds until nothing changes."""
    local = {name: Path(via, (), True, _identity(net, name), (), name, True, True) for name, via in origins if name}
    outside = {number for name, number in origins if not name}
    best: dict[str, Path] = dict(local)
    for _ in range(ROUNDS):
        fresh: dict[str, Path] = dict(local)
        for name, found in up.items():
            offers: list[tuple[tuple[int, bool, int, int, int, int], Path]] = []
            for session in found if name not in local else ():
                offer = _offer(net, name, session, best, up, outside, refused)
                reached = _resolve(name, offer.next_hop, fibs, known) if offer else None
                if offer and reached:
                    order = (len(offer.as_path), offer.inside, reached[0], offer.origin_id, len(offer.clusters),
                             session.peer.number)  # fmt: skip
                    offers.append((order, offer))
            if offers:
                fresh[name] = min(offers, key=lambda pair: pair[0])[1]
        if fresh == best:
            break
        best = fresh
    return best


def _identity(net: Network, name: str) -> int:
    found = net.nodes[name].bgp
    return found.router_id if found else 0


def _offer(
    net: Network,
    name: str,
    session: Session,
    best: Mapping[str, Path],
    up: Mapping[str, list[Session]],
    outside: set[int],
    refused: Refused,
) -> Path | None:
    """What the far end of a session announces to us now."""
    if _refused(name, session.peer.imports, refused):
        return None
    if not session.far:
        if session.peer.number not in outside:
            return None
        return Path(session.peer.number, (session.peer.asn,), False, session.peer.number, (), OUTSIDE, False)
    path = best.get(session.far)
    far, mine = net.nodes[session.far].bgp, net.nodes[name].bgp
    if path is None or far is None or mine is None or path.sender == name:
        return None
    mirror = next((one for one in up[session.far] if one.far == name), None)
    if mirror is None or _refused(session.far, mirror.peer.exports, refused):
        return None
    family = mirror.peer.version
    if far.asn != mine.asn:
        if mine.asn in path.as_path:
            return None
        return Path(mirror.own, (far.asn, *path.as_path), False, far.router_id, (), session.far, False)
    client_here = family in session.peer.client
    if path.local or not path.inside:
        own = family in mirror.peer.self_hop or not path.next_hop
        return Path(
            session.peer.number if own else path.next_hop, path.as_path, True, far.router_id, (), session.far,
            client_here,
        )  # fmt: skip
    # Learnt from inside: only a reflector passes it on, from a client to all and from others to clients.
    if not (path.client or family in mirror.peer.client):
        return None
    if path.origin_id == mine.router_id or mine.router_id in path.clusters:
        return None
    clusters = (far.router_id, *path.clusters)
    return Path(path.next_hop, path.as_path, path.inside, path.origin_id, clusters, session.far, client_here)
