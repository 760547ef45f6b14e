"""Reads a VRP or Comware configuration: interfaces, routes, OSPF, IS-IS, access lists and their bindings; pure."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from ipv6.drivers.spelling import port_name
from ipv6.precheck import parse_acl
from ipv6.precheck.model import Address, Area, Bgp, Filter, Interface, Node, PrefixRule, Rule, Static
from ipv6.precheck.numbers import BadNumber, address, mask_length, prefix, span, wildcard_length
from ipv6.precheck.parse_vendor_bgp import BgpReader
from ipv6.precheck.parse_words import (
    Line,
    area,
    bind,
    classified,
    classifier,
    prefix_rule,
    setting,
    static,
    tree,
)

_SILENT = re.compile(
    r"(sysname|ntp-service|snmp-agent|radius|hwtacacs|aaa|domain|info-center|ssh|stelnet|user-interface|line|clock"
    r"|lldp|version|return|quit|header|ipv6$|dns|license|local-user|undo (info-center|telnet|ip http)|traffic behavior)"
    r"(\b|$)"
)
_PORT_SILENT = re.compile(
    r"(description|undo shutdown|ipv6 enable|port link-mode route|speed|duplex|undo ipv6 nd ra halt|ipv6 nd ra"
    r"|undo ipv6 nd|mtu|combo|negotiation|ipv6 address auto link-local|isis circuit-level)(\b|$)"
)
_HOST = {4: 32, 6: 128}


@lru_cache(maxsize=1024)
def parse(text: str, kind: str) -> Node:
    """The node of a device of that kind (`huawei_vrp`, `h3c_comware`)."""
    reader = _Reader(kind)
    for line in tree(text):
        try:
            reader.top(line, line.text.split())
        except (BadNumber, ValueError, KeyError, IndexError):
            reader.unknown.append(line.text)
    return reader.node()


class _Reader:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.interfaces: dict[str, Interface] = {}
        self.areas: dict[str, dict[int, Area]] = {}
        self.statics: list[Static] = []
        self.processes: set[tuple[str, int]] = set()
        self.silent: set[tuple[str, int]] = set()
        self.networks: list[tuple[str, int, int]] = []
        self.lists: dict[tuple[int, str], Filter] = {}
        self.prefix_lists: dict[tuple[int, str], list[tuple[int, PrefixRule]]] = {}
        self.classifiers: dict[str, list[tuple[int, str]]] = {}
        self.policies: dict[str, list[str]] = {}
        self.bound: list[tuple[str, str, str]] = []
        self.default = True
        self.bgp: Bgp | None = None
        self.unknown: list[str] = []
        self.left_out: list[str] = []

    def top(self, line: Line, words: list[str]) -> None:
        match words:
            case ["interface", *name]:
                self._interface(port_name(" ".join(name)), line)
            case ["ip" | "ipv6", "route-static", "vpn-instance", name, *_]:
                self._left_out(f"ip vpn-instance {name}")
            case [("ip" | "ipv6") as family, "route-static", *rest]:
                self.statics.append(static(6 if family == "ipv6" else 4, rest))
            case ["ospf" | "ospfv3" as process, _, *rest]:
                self._ospf(6 if process == "ospfv3" else 4, line, rest)
            case ["isis", _]:
                self._isis(line)
            case ["bgp", asn, *_]:
                reader = BgpReader(self.kind, int(asn))
                for child in line.children:
                    reader.line(child.text, [(inner.text, [one.text for one in inner.children])
                                             for inner in child.children])  # fmt: skip
                self.bgp = reader.result()
                self.unknown += reader.unknown
                for name in reader.left_out:
                    self._left_out(name)
            case ["acl", *rest]:
                self._acl(line, rest)
            case ["traffic", "classifier", name, *_]:
                self.classifiers[name] = [classifier(child.text.split()) for child in line.children]
            case ["traffic", "policy", name, *_]:
                self.policies[name] = [classified(child.text.split()) for child in line.children]
            case ["traffic", "behavior", _] if any(child.text != "permit" for child in line.children):
                self.unknown += [f"{line.text}: {child.text}" for child in line.children if child.text != "permit"]
            case ["packet-filter", "default", "deny"]:
                self.default = False
            case ["ip" | "ipv6", "ip-prefix" | "ipv6-prefix" | "prefix-list", name, "index", number, *rest]:
                version = 6 if words[0] == "ipv6" or words[1] == "ipv6-prefix" else 4
                self.prefix_lists.setdefault((version, name), []).append((int(number), prefix_rule(version, rest)))
            case ["ip", "vpn-instance", name]:
                self._left_out(f"ip vpn-instance {name}")
            case _ if not _SILENT.match(line.text):
                self.unknown.append(line.text)

    def _left_out(self, name: str) -> None:
        if name not in self.left_out:
            self.left_out.append(name)

    def _interface(self, name: str, line: Line) -> None:
        found, areas, addresses = Interface(name), self.areas.setdefault(name, {}), []
        if any(child.text.startswith("ip binding vpn-instance ") for child in line.children):
            self._left_out(f"interface {name}, in a VPN instance")
            return
        urpf: dict[int, str] = {}
        for child in line.children:
            match child.text.split():
                case ["ip", "address", number, mask, *more] if more in ([], ["sub"]):
                    addresses.append(Address(4, address(number)[1], mask_length(mask)))
                case ["ipv6", "address", text]:
                    version, value = address(text.partition("/")[0])
                    addresses.append(Address(version, value, prefix(text)[3]))
                case ["ipv6", "address", text, length]:
                    addresses.append(Address(6, address(text)[1], mask_length(length)))
                case ["ospf", "enable", _, "area", where] | ["ospf", _, "area", where]:
                    areas[4] = replace(areas.get(4) or Area("ospf", ""), area=area(where))
                case ["ospfv3", _, "area", where]:
                    areas[6] = replace(areas.get(6) or Area("ospf", ""), area=area(where))
                case ["ospf" | "ospfv3" as process, *words]:
                    version = 6 if process == "ospfv3" else 4
                    areas[version] = setting(areas.get(version) or Area("ospf", ""), words)
                case ["isis", "enable", _]:
                    areas[4] = replace(areas.get(4) or Area("isis", ""), protocol="isis", area="isis")
                case ["isis", "ipv6", "enable", _]:
                    areas[6] = replace(areas.get(6) or Area("isis", ""), protocol="isis", area="isis")
                case ["isis", "circuit-type", "p2p"]:
                    for version in (4, 6):
                        areas[version] = replace(areas.get(version) or Area("isis", ""), network="point-to-point")
                case ["isis", "cost", cost]:
                    areas[4] = replace(areas.get(4) or Area("isis", ""), cost=int(cost))
                case ["isis", "ipv6", "cost", cost]:
                    areas[6] = replace(areas.get(6) or Area("isis", ""), cost=int(cost))
                case ["shutdown"]:
                    found = replace(found, up=False)
                case [("ip" | "ipv6") as family, "urpf", ("strict" | "loose") as mode, *more]:
                    default = " default" if more and more[0].startswith("allow-default") else ""
                    urpf[6 if family == "ipv6" else 4] = mode + default
                case ["traffic-policy", policy, direction]:
                    self.bound.append((name, policy, direction))
                case ["traffic-filter", ("inbound" | "outbound") as direction, "acl", *rest]:
                    version, listed = (6, rest[1:]) if rest[0] == "ipv6" else (4, rest)
                    found = bind(found, direction, version, listed[-1])
                case ["packet-filter", *rest, ("inbound" | "outbound") as direction]:
                    version, listed = (6, rest[1:]) if rest[0] == "ipv6" else (4, rest)
                    found = bind(found, direction, version, listed[-1])
                case _ if not _PORT_SILENT.match(child.text):
                    self.unknown.append(f"{line.text}: {child.text}")
        self.interfaces[name] = replace(found, addresses=tuple(addresses), urpf=urpf)

    def _ospf(self, version: int, line: Line, rest: list[str]) -> None:
        self.processes.add(("ospf", version))
        if rest and rest[0] != "router-id":
            raise ValueError(line.text)
        for child in line.children:
            match child.text.split():
                case ["silent-interface", *name]:
                    self.silent.add((port_name(" ".join(name)), version))
                case ["area", where]:
                    for inner in child.children:
                        words = inner.text.split()
                        if words[0] != "network" or version != 4:
                            raise ValueError(inner.text)
                        first, last = span(4, address(words[1])[1], wildcard_length(words[2]))
                        self.networks.append((area(where), first, last))
                case ["router-id", _]:
                    pass
                case _:
                    self.unknown.append(f"{line.text}: {child.text}")

    def _isis(self, line: Line) -> None:
        self.processes.add(("isis", 4))
        for child in line.children:
            if child.text.startswith(("ipv6 enable", "address-family ipv6")):
                self.processes.add(("isis", 6))
            elif not child.text.startswith(("is-level", "cost-style wide", "network-entity", "is-name")):
                self.unknown.append(f"{line.text}: {child.text}")

    def _acl(self, line: Line, rest: list[str]) -> None:
        version = 6 if rest and rest[0] == "ipv6" else 4
        words = [word for word in rest if word not in ("ipv6", "advanced", "advance", "number", "name")]
        if len(words) != 1:
            raise ValueError(line.text)
        rules: list[tuple[int, Rule]] = []
        for child in line.children:
            try:
                rules.append(parse_acl.rule(child.text, version))
            except (BadNumber, ValueError, KeyError, IndexError):
                if not child.text.startswith(("description ", "step ")):
                    self.unknown.append(f"{line.text}: {child.text}")
        # The number decides, not the place in the text.
        ordered = tuple(rule for _, rule in sorted(rules, key=lambda pair: pair[0]))
        self.lists[(version, words[0])] = Filter(f"acl {words[0]}", ordered, True)

    def node(self) -> Node:
        for name, version in self.silent:
            if version in self.areas.get(name, {}):
                self.areas[name][version] = replace(self.areas[name][version], passive=True)
        for name, port in self.interfaces.items():
            areas = self.areas[name]
            for where, first, last in self.networks:
                if any(first <= one.number <= last for one in port.of(4)) and not (areas.get(4) and areas[4].area):
                    areas[4] = replace(areas.get(4) or Area("ospf", ""), area=where, passive=(name, 4) in self.silent)
            kept = {version: one for version, one in areas.items() if one.area}
            self.interfaces[name] = replace(port, areas=kept)
        for name, policy, direction in self.bound:
            self._bind_policy(name, policy, direction)
        lists = {key: replace(one, default=self.default) for key, one in self.lists.items()}
        prefix_lists = {key: tuple(rule for _, rule in sorted(found)) for key, found in self.prefix_lists.items()}
        return Node(
            "", self.kind, self.interfaces, tuple(self.statics), self.bgp, frozenset(self.processes),
            frozenset((4, 6)), lists=lists, prefix_lists=prefix_lists, unknown=tuple(self.unknown),
            left_out=tuple(self.left_out),
        )  # fmt: skip

    def _bind_policy(self, name: str, policy: str, direction: str) -> None:
        """A traffic policy filters by the lists of its classifiers: what they deny is dropped, the rest goes on."""
        if policy not in self.policies or name not in self.interfaces:
            self.unknown.append(f"interface {name}: traffic-policy {policy} is not defined")
            return
        for name_of in self.policies[policy]:
            for version, listed in self.classifiers.get(name_of, ()):
                port = self.interfaces[name]
                if (direction[:-5], version) in port.filters:
                    self.unknown.append(f"interface {name}: two lists of IPv{version} {direction}")
                self.interfaces[name] = bind(port, direction, version, listed)
