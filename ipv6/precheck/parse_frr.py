"""Reads an FRR running configuration (the canonical form of `ipv6.drivers.frr.text`, or as vtysh prints it); pure."""

from __future__ import annotations

import re
from dataclasses import replace

from ipv6.drivers.frr.text import Node as Tree
from ipv6.drivers.frr.text import parse as tree_of
from ipv6.precheck.model import Address, Area, Bgp, Interface, Node, Peer, PrefixRule, Static
from ipv6.precheck.numbers import BITS, BadNumber, address, prefix

FAMILIES = {"ip": 4, "ipv6": 6}
_SILENT = re.compile(r"(description |bandwidth |no shutdown$|ip nht |ipv6 nht |agentx$|ipv6 nd |no ipv6 nd )")
_ROUTER = re.compile(
    r"(neighbor \S+ (description|timers|soft-reconfiguration|capability|ebgp-multihop|advertisement-interval) ?"
    r"|no bgp (default ipv4-unicast|ebgp-requires-policy|network import-check)$|bgp log-neighbor-changes$|log-adj)"
)


def parse(text: str) -> Node:
    """The node; everything that decides about routes and is not known is in `unknown`."""
    reader = _Reader()
    for child in tree_of(text).children:
        reader.top(child)
    return reader.node()


class _Reader:
    def __init__(self) -> None:
        self.interfaces: dict[str, Interface] = {}
        self.statics: list[Static] = []
        self.forwards = {4, 6}
        self.processes: set[tuple[str, int]] = set()
        self.bgp: Bgp | None = None
        self.prefix_lists: dict[tuple[int, str], list[tuple[int, PrefixRule]]] = {}
        self.unknown: list[str] = []

    def node(self) -> Node:
        prefix_lists = {key: tuple(rule for _, rule in sorted(found)) for key, found in self.prefix_lists.items()}
        return Node(
            "", "frr", self.interfaces, tuple(self.statics), self.bgp, frozenset(self.processes),
            frozenset(self.forwards), prefix_lists=prefix_lists, unknown=tuple(self.unknown),
        )  # fmt: skip

    def top(self, child: Tree) -> None:
        words = child.line.split()
        try:
            match words:
                case ["no", ("ip" | "ipv6") as family, "forwarding"]:
                    self.forwards.discard(FAMILIES[family])
                case ["ip" | "ipv6", "route", subject, via, *rest]:
                    self.statics.append(_static(subject, via, rest))
                case ["ip" | "ipv6" as family, "prefix-list", name, "seq", number, *rest]:
                    rule = _prefix_rule(FAMILIES[family], rest)
                    self.prefix_lists.setdefault((FAMILIES[family], name), []).append((int(number), rule))
                case ["interface", name]:
                    self._interface(name, child)
                case ["router", "ospf" | "ospf6" as kind]:
                    self.processes.add(("ospf", 6 if kind == "ospf6" else 4))
                    self._known(
                        child, r"(ospf6? router-id |timers throttle |log-adj|auto-cost reference-bandwidth 100000$)"
                    )
                case ["router", "bgp", asn]:
                    self._bgp(int(asn), child)
                case _:
                    if not _SILENT.match(child.line):
                        self.unknown.append(child.line)
        except (BadNumber, ValueError, KeyError):
            self.unknown.append(child.line)

    def _known(self, tree: Tree, pattern: str) -> None:
        self.unknown += [f"{tree.line}: {one.line}" for one in tree.children if not re.match(pattern, one.line)]

    def _interface(self, name: str, tree: Tree) -> None:
        found = Interface(name)
        addresses: list[Address] = []
        areas: dict[int, Area] = {}
        for child in tree.children:
            match child.line.split():
                case ["ip" | "ipv6", "address", subject]:
                    version, number = address(subject.partition("/")[0])
                    addresses.append(Address(version, number, prefix(subject)[3]))
                case ["ip", "ospf", *rest]:
                    areas[4] = _area(areas.get(4), rest)
                case ["ipv6", "ospf6", *rest]:
                    areas[6] = _area(areas.get(6), rest)
                case ["shutdown"]:
                    found = replace(found, up=False)
                case _ if not _SILENT.match(child.line):
                    self.unknown.append(f"{tree.line}: {child.line}")
        # Without an area the settings do nothing.
        kept = {version: area for version, area in areas.items() if area.area}
        self.interfaces[name] = replace(found, addresses=tuple(addresses), areas=kept)

    def _bgp(self, asn: int, tree: Tree) -> None:
        peers: dict[str, Peer] = {}
        networks: set[tuple[int, int, int, int]] = set()
        takes: set[tuple[int, str]] = set()
        router_id = 0
        default4 = "no bgp default ipv4-unicast" not in {child.line for child in tree.children}
        for child in tree.children:
            match child.line.split():
                case ["bgp", "router-id", text]:
                    router_id = address(text)[1]
                case ["neighbor", name, "remote-as", number]:
                    version, value = address(name)
                    peers[name] = Peer(version, value, int(number), active=frozenset({4} if default4 else ()))
                case ["neighbor", name, "update-source", source]:
                    peers[name] = replace(peers[name], source=source)
                case ["address-family", ("ipv4" | "ipv6") as family, "unicast"]:
                    self._family(int(family[-1]), child, peers, networks, takes)
                case _ if not _ROUTER.match(child.line):
                    self.unknown.append(f"{tree.line}: {child.line}")
        policy_free = any(child.line == "no bgp ebgp-requires-policy" for child in tree.children)
        if not policy_free and any(peer.asn != asn for peer in peers.values()):
            self.unknown.append(f"{tree.line}: bgp ebgp-requires-policy is on")
        self.bgp = Bgp(asn, router_id, tuple(peers.values()), frozenset(networks), frozenset(takes))

    def _family(
        self,
        version: int,
        tree: Tree,
        peers: dict[str, Peer],
        networks: set[tuple[int, int, int, int]],
        takes: set[tuple[int, str]],
    ) -> None:
        for child in tree.children:
            match child.line.split():
                case ["network", subject]:
                    networks.add(prefix(subject))
                case ["redistribute", ("connected" | "static" | "ospf" | "ospf6") as what]:
                    takes.add((version, what.rstrip("6")))
                case ["neighbor", name, "activate"]:
                    peers[name] = replace(peers[name], active=peers[name].active | {version})
                case ["neighbor", name, "route-reflector-client"]:
                    peers[name] = replace(peers[name], client=peers[name].client | {version})
                case ["neighbor", name, "next-hop-self"]:
                    peers[name] = replace(peers[name], self_hop=peers[name].self_hop | {version})
                case ["neighbor", name, "prefix-list", listed, "in"]:
                    peers[name] = replace(peers[name], imports=peers[name].imports | {(version, listed)})
                case ["neighbor", name, "prefix-list", listed, "out"]:
                    peers[name] = replace(peers[name], exports=peers[name].exports | {(version, listed)})
                case ["no", "neighbor", name, "activate"]:
                    peers[name] = replace(peers[name], active=peers[name].active - {version})
                case _ if not _ROUTER.match(child.line):
                    self.unknown.append(f"{tree.line}: {child.line}")


def _static(subject: str, via: str, rest: list[str]) -> Static:
    preference = int(rest[-1]) if rest and rest[-1].isdecimal() else None
    more = rest[:-1] if preference is not None else rest
    if via in ("blackhole", "Null0", "reject") and not more:
        return Static(*prefix(subject), preference=preference)
    if not any(char in via for char in ".:"):
        if more:
            raise ValueError(via)
        return Static(*prefix(subject), out=via, preference=preference)
    if len(more) > 1:
        raise ValueError(via)
    return Static(*prefix(subject), address(via)[1], out=more[0] if more else "", preference=preference)


def _prefix_rule(version: int, words: list[str]) -> PrefixRule:
    """One entry of a prefix list from what follows its number."""
    action, subject, *more = words
    whole = {4: "0.0.0.0/0", 6: "::/0"}[version]
    family, first, last, length = prefix(whole if subject == "any" else subject)
    longest = BITS[version] if subject == "any" else length
    if len(more) == 2 and more[0] == "le":
        longest = int(more[1])
    elif more:
        raise ValueError(" ".join(words))
    if action not in ("permit", "deny") or family != version:
        raise ValueError(" ".join(words))
    return action == "permit", first, last, length, longest


def _area(area: Area | None, words: list[str]) -> Area:
    found = area or Area("ospf", "")
    match words:
        case ["area", name]:
            return replace(found, area=_area_id(name))
        case ["passive"]:
            return replace(found, passive=True)
        case ["network", kind]:
            return replace(found, network=kind)
        case ["cost", cost]:
            return replace(found, cost=int(cost))
        case ["hello-interval", value]:
            return replace(found, timers=(int(value), found.timers[1]))
        case ["dead-interval", value]:
            return replace(found, timers=(found.timers[0], int(value)))
        case ["retransmit-interval", _]:  # has no say in who becomes whose neighbour
            return found
    raise ValueError(" ".join(words))


def _area_id(text: str) -> str:
    return str(address(text)[1]) if "." in text else str(int(text))
