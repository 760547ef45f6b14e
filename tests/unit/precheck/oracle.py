"""A brute-force evaluator that shares nothing with the pre-check: regular expressions, linear scans, Bellman-Ford."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Fate = tuple[str, str]
"""Node and interface where a packet leaves the modelled network, or ("", "") when it is dropped."""
DROPPED: Fate = ("", "")


@dataclass(frozen=True, slots=True, order=True)
class Shot:
    """A packet from a place; an empty interface is the node itself; ICMP types stand in `dport`."""

    node: str
    iif: str
    version: int
    source: int
    target: int
    protocol: str
    sport: int
    dport: int
    known: bool = False


@dataclass
class Box:
    """One node in the oracle's own words; networks are (number, mask)."""

    kind: str = "linux"
    ports: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    routes: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    ospf: dict[tuple[str, int], tuple[bool, str]] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    peers: dict[str, set[str]] = field(default_factory=dict)
    asn: dict[str, int] = field(default_factory=dict)
    own_asn: int = 0
    networks: set[tuple[int, int, int]] = field(default_factory=set)
    forwards: set[int] = field(default_factory=set)
    chains: dict[str, tuple[list[dict[str, object]], bool]] = field(default_factory=dict)
    lists: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    bound: dict[tuple[str, str, int], str] = field(default_factory=dict)
    urpf: set[tuple[str, int]] = field(default_factory=set)


def mask(version: int, length: int) -> int:
    bits = 32 if version == 4 else 128
    return ((1 << length) - 1) << (bits - length)


def number(text: str) -> tuple[int, int]:
    one = ipaddress.ip_address(text)
    return one.version, int(one)


def net(text: str) -> tuple[int, int, int]:
    one = ipaddress.ip_network(text, strict=False)
    return one.version, int(one.network_address), int(one.netmask)


Texts = Mapping[str, Mapping[tuple[str, str], str]]


def read(texts: Texts, known: Mapping[str, Box] | None = None, same: Texts | None = None) -> dict[str, Box]:
    """Every node of a network; what is `known` of devices whose texts are the `same` is taken over."""
    boxes: dict[str, Box] = {}
    for device, objects in texts.items():
        if known is not None and same is not None and same[device] == objects:
            boxes |= {name: box for name, box in known.items() if name.partition("/")[0] == device}
            continue
        for (driver, _), text in sorted(objects.items()):
            if driver == "linux":
                for line in text.splitlines():
                    _linux(device, line.split(), boxes)
            elif driver == "nftables":
                boxes.setdefault(device, Box()).chains = _nft(text)
            elif driver == "frr":
                boxes[device] = _frr(text)
            else:
                boxes[device] = _vendor(driver, text)
    return boxes


def _linux(device: str, words: list[str], boxes: dict[str, Box]) -> None:
    if words[0] == "forward":
        boxes.setdefault(device, Box()).forwards.add(int(words[1][3]))
        return
    netns = words[1] if len(words) == (4 if words[0] == "addr" else 5) else ""
    box = boxes.setdefault(f"{device}/{netns}" if netns else device, Box())
    rest = words[2:] if netns else words[1:]
    if words[0] == "addr":
        head, _, length = rest[1].partition("/")
        version, value = number(head)
        box.ports.setdefault(rest[0], []).append((version, value, mask(version, int(length))))
    else:
        box.routes.append((*net(rest[0]), number(rest[2])[1] if rest[1] == "via" else None))


def _frr(text: str) -> Box:
    box, port, family = Box("frr", forwards={4, 6}), "", 0
    for line in text.splitlines():
        words = line.split()
        if re.match(r"no ip(v6)? forwarding", line):
            box.forwards.discard(6 if "v6" in line else 4)
        elif re.match(r"ip(v6)? route ", line):
            box.routes.append((*net(words[2]), None if words[3] == "blackhole" else number(words[3])[1]))
        elif line.startswith("interface "):
            port = words[1]
        elif line.startswith("router "):
            port = ""
            if words[1] == "bgp":
                box.own_asn = int(words[2])
            else:
                box.running.add(6 if words[1] == "ospf6" else 4)
        elif re.match(r" ip(v6)? address ", line):
            head, _, length = words[2].partition("/")
            version, value = number(head)
            box.ports.setdefault(port, []).append((version, value, mask(version, int(length))))
        elif re.match(r" ip(v6)? ospf", line):
            key = (port, 6 if words[0] == "ipv6" else 4)
            passive, rest = box.ospf.get(key, (False, ""))
            box.ospf[key] = (passive or words[2] == "passive", f"{rest} {' '.join(words[2:])}".replace(" passive", ""))
        elif line.startswith(" address-family"):
            family = int(words[1][3])
        elif line.startswith("  network "):
            box.networks.add(net(words[1]))
        elif words[:1] == ["neighbor"]:
            box.peers.setdefault(words[1], set()).add(f"{words[2]} {family}".replace(" 0", "") if family else words[2])
            if words[2] == "remote-as":
                box.asn[words[1]] = int(words[3])
    return box


def _vendor(driver: str, text: str) -> Box:
    box, view, family = Box(driver, forwards={4, 6}), "", 0
    policies: dict[str, list[tuple[int, str]]] = {}
    for line in text.splitlines():
        words = line.split()
        if line[0] != " ":
            view = line
            family = 0
        if re.match(r"ip(v6)? route-static", line):
            length = words[3] if words[3].isdigit() else str(ipaddress.ip_network(f"0.0.0.0/{words[3]}").prefixlen)
            via = None if words[4] == "NULL0" else number(words[4])[1]
            box.routes.append((*net(f"{words[2]}/{length}"), via))
        elif view.startswith("interface "):
            _vendor_port(box, view.split()[1], line, words)
        elif line.startswith("ospf"):
            box.running.add(6 if words[0] == "ospfv3" else 4)
        elif words[0] == "silent-interface":
            version = 6 if view.startswith("ospfv3") else 4
            _, rest = box.ospf.get((words[1], version), (False, ""))
            box.ospf[(words[1], version)] = (True, rest)
        elif view.startswith("bgp"):
            if line.startswith("bgp"):
                box.own_asn = int(words[1])
            elif "family" in words[0] or words[0] == "ipv4-family":
                family = 6 if "ipv6" in line else 4
            elif words[0] == "network":
                length = words[2] if words[2].isdigit() else str(ipaddress.ip_network(f"0.0.0.0/{words[2]}").prefixlen)
                box.networks.add(net(f"{words[1]}/{length}"))
            elif words[0] == "peer":
                word = {"as-number": "remote-as", "enable": "activate", "next-hop-local": "next-hop-self",
                        "reflect-client": "route-reflector-client"}.get(words[2], words[2])  # fmt: skip
                box.peers.setdefault(words[1], set()).add(f"{word} {family}" if family else word)
                if word == "remote-as":
                    box.asn[words[1]] = int(words[3])
        elif view.startswith("acl ") and words[0] == "rule":
            name = view.replace(" advance", " ").split()[-1] if view.endswith("advance") else words and view.split()[-1]
            version = 6 if " ipv6 " in view else 4
            box.lists.setdefault(f"{name} {version}", []).append(_acl(line, words, version))
        elif view.startswith("traffic classifier") and words[0] == "if-match":
            found = (6 if words[1] == "ipv6" else 4, words[-1])
            policies.setdefault(view.split()[2], []).append(found)
    for (port, way, version), name in list(box.bound.items()):
        if version == 0:
            del box.bound[(port, way, version)]
            for family, listed in policies.get(name, []):
                box.bound[(port, way, family)] = listed
    for rules in box.lists.values():
        rules.sort(key=lambda rule: int(str(rule["number"])))
    return box


_SAID = {
    "enable 1 area 0.0.0.0": "area 0",
    "1 area 0.0.0.0": "area 0",
    "network-type p2p": "network point-to-point",
    "timer hello 1": "hello-interval 1",
    "timer hello 2": "hello-interval 2",
    "timer dead 4": "dead-interval 4",
}


def _vendor_port(box: Box, port: str, line: str, words: list[str]) -> None:
    if words[:2] == ["ip", "address"]:
        box.ports.setdefault(port, []).append((4, number(words[2])[1], number(words[3])[1]))
    elif words[:2] == ["ipv6", "address"]:
        head, _, length = words[2].partition("/")
        box.ports.setdefault(port, []).append((6, number(head)[1], mask(6, int(length))))
    elif words[0] in ("ospf", "ospfv3"):
        key = (port, 6 if words[0] == "ospfv3" else 4)
        passive, rest = box.ospf.get(key, (False, ""))
        said = " ".join(words[1:])
        said = _SAID[said]
        box.ospf[key] = (passive, f"{rest} {said}")
    elif "urpf" in words:
        box.urpf.add((port, 6 if words[0] == "ipv6" else 4))
    elif words[0] == "traffic-policy":
        box.bound[(port, words[2], 0)] = words[1]
    elif words[0] == "packet-filter":
        box.bound[(port, words[-1], 6 if words[1] == "ipv6" else 4)] = words[-2]


def _acl(line: str, words: list[str], version: int) -> dict[str, object]:
    rule: dict[str, object] = {"number": words[1], "accept": words[2] == "permit", "version": version}
    if words[3] not in ("ip", "ipv6"):
        rule["protocol"] = words[3].replace("icmpv6", "icmp")
    for side in ("source", "destination"):
        if found := re.search(rf"\b{side} (\S+)(?: (\S+))?", line):
            text, more = found[1], found[2]
            if "/" in text:
                rule[side] = [net(text)[1:]]
            elif version == 4:
                wild = 0 if more == "0" else number(more)[1]
                rule[side] = [(number(text)[1] & ~wild, ~wild & 0xFFFFFFFF)]
            else:
                rule[side] = [net(f"{text}/{more}")[1:]]
        if found := re.search(rf"\b{side}-port eq (\d+)", line):
            rule[f"{side}-port"] = {int(found[1])}
    if found := re.search(r"icmp6?-type (\d+)", line):
        rule["destination-port"] = {int(found[1])}
    if "established" in words:
        rule["known"] = True
    return rule


_TYPES = {
    4: {"echo-request": 8, "destination-unreachable": 3, "time-exceeded": 11, "parameter-problem": 12},
    6: {"echo-request": 128, "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3,
        "parameter-problem": 4, "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136},
}  # fmt: skip


def _nft(text: str) -> dict[str, tuple[list[dict[str, object]], bool]]:
    sets = {
        found[1]: [net(one.strip())[1:] for one in found[2].split(",")]
        for found in re.finditer(r"set (\w+) \{[^}]*?elements = \{ ([^}]*) \}", text)
    }
    chains: dict[str, tuple[list[dict[str, object]], bool]] = {}
    for found in re.finditer(r"chain (\w+) \{\n(.*?)\n\t\}", text, re.DOTALL):
        lines = [line.strip() for line in found[2].splitlines()]
        rules = [_rule(line, sets) for line in lines[1:] if "ct state invalid" not in line]
        chains[found[1]] = (rules, "policy accept" in lines[0])
    return chains


def _rule(line: str, sets: Mapping[str, list[tuple[int, int]]]) -> dict[str, object]:
    rule: dict[str, object] = {"accept": " accept" in line, "version": 0}
    if found := re.search(r"iifname \"([^\"]+)\"", line):
        rule["iif"] = found[1]
    if found := re.search(r"oifname \"([^\"]+)\"", line):
        rule["oif"] = found[1]
    for word, side in (("saddr", "source"), ("daddr", "destination")):
        if found := re.search(rf"ip(6?) {word} (!= )?(\S+)", line):
            rule["version"] = 6 if found[1] else 4
            nets = sets[found[3][1:]] if found[3][0] == "@" else [net(found[3])[1:]]
            rule[f"not {side}" if found[2] else side] = nets
    if found := re.search(r"(tcp|udp) dport (\{[^}]*\}|\S+)", line):
        rule["protocol"] = found[1]
        ports: set[int] = set()
        for one in re.findall(r"\d+(?:-\d+)?", found[2]):
            low, _, high = one.partition("-")
            ports |= set(range(int(low), int(high or low) + 1))
        rule["destination-port"] = ports
    if found := re.search(r"icmp(v6)? type (\{[^}]*\}|\S+)", line):
        version = 6 if found[1] else 4
        rule |= {"version": version, "protocol": "icmp"}
        names = re.findall(r"[a-z0-9-]+", found[2])
        rule["destination-port"] = {_TYPES[version].get(one, -1) for one in names}
    if "nfproto ipv6" in line:
        rule["version"] = 6
    if "ct state established,related" in line:
        rule["known"] = True
    return rule


def _matches(rule: Mapping[str, object], shot: Shot, iif: str, oif: str) -> bool:
    if rule["version"] not in (0, shot.version) or ("known" in rule and not shot.known):
        return False
    if rule.get("iif", iif) != iif or rule.get("oif", oif) != oif:
        return False
    if "protocol" in rule and rule["protocol"] != shot.protocol:
        return False
    for side, value in (("source", shot.source), ("destination", shot.target)):
        nets = rule.get(side)
        if isinstance(nets, list) and not any(value & wide == low for low, wide in nets):
            return False
        nets = rule.get(f"not {side}")
        if isinstance(nets, list) and any(value & wide == low for low, wide in nets):
            return False
    for side, value in (("source-port", shot.sport), ("destination-port", shot.dport)):
        ports = rule.get(side)
        if isinstance(ports, set) and value not in ports:
            return False
    return True


def _routing(box: Box | None) -> object:
    """Everything of a node but its filters."""
    if box is None:
        return None
    return (box.ports, box.routes, box.ospf, box.running, box.peers, box.asn, box.networks)


class Oracle:
    """One network, asked packet by packet."""

    def __init__(self, texts: Texts, like: Oracle | None = None) -> None:
        self.texts = texts
        self.boxes = read(texts, like.boxes, like.texts) if like else read(texts)
        self.owner = {
            (version, value): (name, port)
            for name, box in self.boxes.items()
            for port, found in box.ports.items()
            for version, value, _ in found
        }
        # Linux gives every port a link-local address, and OSPFv3 of FRR speaks from it.
        self.quiet: dict[tuple[str, str], int] = {}
        for name, box in self.boxes.items():
            for (port, family), _ in box.ospf.items():
                bare = not any(version == 6 for version, _, _ in box.ports.get(port, ()))
                if family == 6 and box.kind == "frr" and bare:
                    self.quiet[(name, port)] = (0xFE80 << 112) + len(self.quiet) + 1
        self.owner |= {(6, value): port for port, value in self.quiet.items()}
        same = like is not None and all(
            _routing(box) == _routing(like.boxes.get(name)) for name, box in self.boxes.items()
        )
        self.tables = like.tables if like and same else {version: self._tables(version) for version in (4, 6)}
        self._fates: dict[Shot, Fate] = {}

    def fate(self, shot: Shot) -> Fate:
        """Where the packet ends."""
        if shot not in self._fates:
            self._fates[shot] = self._follow(shot)
        return self._fates[shot]

    def _follow(self, shot: Shot) -> Fate:
        name, iif = shot.node, shot.iif
        for _ in range(20):
            box = self.boxes[name]
            if (iif, shot.version) in box.urpf:
                back = self._find(name, shot.version, shot.source)
                if back is None or back[0] != iif:
                    return DROPPED
            mine = self.owner.get((shot.version, shot.target), ("", ""))[0] == name
            if not self._list(box, iif, "inbound", shot):
                return DROPPED
            if mine:
                passed = self._chain(box, "input", shot, iif, "")
                return (name, "") if passed else DROPPED
            if iif and shot.version not in box.forwards:
                return DROPPED
            route = self._find(name, shot.version, shot.target)
            if route is None:
                return DROPPED
            oif, via = route
            if iif and not self._chain(box, "forward", shot, iif, oif):
                return DROPPED
            if not self._list(box, oif, "outbound", shot):
                return DROPPED
            far = self.owner.get((shot.version, shot.target if via is None else via))
            if via is None and (far is None or not self._touch(name, oif, far, shot.version)):
                return name, oif
            if far is None:
                return (name, oif) if oif in ("to-inet", "GigabitEthernet0/0/9") else DROPPED
            if not self._touch(name, oif, far, shot.version):
                return DROPPED
            name, iif = far
        return DROPPED

    def _touch(self, name: str, oif: str, far: tuple[str, str], version: int) -> bool:
        """Whether two ports are on one wire: they share an IPv4 network, which was there first."""
        if far[0] == name:
            return False
        mine = {value & wide for family, value, wide in self.boxes[name].ports[oif] if family == 4}
        return any(value & wide in mine for family, value, wide in self.boxes[far[0]].ports[far[1]] if family == 4)

    def _list(self, box: Box, port: str, way: str, shot: Shot) -> bool:
        name = box.bound.get((port, way, shot.version))
        for rule in box.lists.get(f"{name} {shot.version}", []) if name else []:
            if _matches(rule, shot, "", ""):
                return bool(rule["accept"])
        return True

    def _chain(self, box: Box, name: str, shot: Shot, iif: str, oif: str) -> bool:
        rules, default = box.chains.get(name, ([], True))
        for rule in rules:
            if _matches(rule, shot, iif, oif):
                return bool(rule["accept"])
        return default

    def _find(self, name: str, version: int, value: int) -> tuple[str, int | None] | None:
        best = None
        for low, wide, oif, via in self.tables[version].get(name, ()):
            if value & wide == low and (best is None or wide > best[0]):
                best = (wide, oif, via)
        return (best[1], best[2]) if best and best[1] else None

    def _tables(self, version: int) -> dict[str, list[tuple[int, int, str, int | None]]]:
        """(network, mask, out, gateway) per node: connected, OSPF, static, BGP; the first of a prefix wins."""
        found: dict[str, dict[tuple[int, int], tuple[str, int | None]]] = {}
        for name, box in self.boxes.items():
            table = found.setdefault(name, {})
            for port, addresses in box.ports.items():
                for family, value, wide in addresses:
                    if family == version:
                        table[(value & wide, wide)] = (port, None)
        vendors = {name for name, box in self.boxes.items() if box.kind not in ("frr", "linux")}
        ospf = self._ospf(version)
        for first in (True, False):
            # Vendors prefer OSPF to static routes, FRR the other way.
            for name, table in found.items():
                if (name in vendors) == first:
                    self._add(table, ospf.get(name, {}))
                self._add_static(name, version, table)
                if (name in vendors) != first:
                    self._add(table, ospf.get(name, {}))
        self._bgp(version, found)
        return {name: [(low, wide, *way) for (low, wide), way in table.items()] for name, table in found.items()}

    @staticmethod
    def _add(
        table: dict[tuple[int, int], tuple[str, int | None]], more: Mapping[tuple[int, int], tuple[str, int]]
    ) -> None:
        for key, way in more.items():
            table.setdefault(key, way)

    def _add_static(self, name: str, version: int, table: dict[tuple[int, int], tuple[str, int | None]]) -> None:
        for family, low, wide, via in self.boxes[name].routes:
            if family != version:
                continue
            if via is None:
                table.setdefault((low, wide), ("", None))
                continue
            way = _longest(table, via)
            if way is not None and self.owner.get((version, via), ("",))[0] != name:
                table.setdefault((low, wide), (way[0], via if way[1] is None else way[1]))

    def _ospf(self, version: int) -> dict[str, dict[tuple[int, int], tuple[str, int]]]:
        """Bellman-Ford over whole tables: everybody tells its neighbours until nobody learns anything."""
        cost: dict[str, dict[tuple[int, int], tuple[int, str, int]]] = {}
        links = []
        for name, box in self.boxes.items():
            if version not in box.running:
                continue
            cost[name] = {}
            for (port, family), (passive, said) in box.ospf.items():
                if family != version or "area" not in said:
                    continue
                for kind, value, wide in box.ports.get(port, ()):
                    if kind == version:
                        cost[name][(value & wide, wide)] = (0, "", 0)
                links += [] if passive else [(name, port, said)]
        for _ in range(len(cost) + 1):
            for name, port, said in links:
                for other, far, theirs in links:
                    if other == name or sorted(said.split()) != sorted(theirs.split()):
                        continue
                    if not self._touch(name, port, (other, far), version):
                        continue
                    gateways = [value for kind, value, _ in self.boxes[other].ports[far] if kind == version]
                    mine = [value for kind, value, _ in self.boxes[name].ports[port] if kind == version]
                    if version == 6:
                        gateways = gateways or [self.quiet[one] for one in ((other, far),) if one in self.quiet]
                        mine = mine or [self.quiet[one] for one in ((name, port),) if one in self.quiet]
                    for key, (steps, _, _) in list(cost[other].items()) if gateways and mine else ():
                        known = cost[name].get(key)
                        if known is None or steps + 10 < known[0]:
                            cost[name][key] = (steps + 10, port, gateways[0])
        return {
            name: {key: (port, via) for key, (_, port, via) in table.items() if port} for name, table in cost.items()
        }

    def _bgp(self, version: int, found: dict[str, dict[tuple[int, int], tuple[str, int | None]]]) -> None:
        inner = {name: dict(table) for name, table in found.items()}
        told: dict[str, dict[tuple[int, int], tuple[int, str, bool]]] = {name: {} for name in self.boxes}
        for name, box in self.boxes.items():
            for family, low, wide in box.networks:
                if family == version and (low, wide) in inner[name]:
                    told[name][(low, wide)] = (0, name, True)
            for peer, asn in box.asn.items():
                family, value = number(peer)
                if family == version and asn != box.own_asn and f"activate {version}" in box.peers[peer]:
                    way = _longest(inner[name], value)
                    if way is not None and way[1] is None and (version, value) not in self.owner:
                        told[name][(0, 0)] = (value, "outside", True)
        for _ in range(len(self.boxes)):
            for name, key, best in list(self._offers(version, inner, told)):
                if key not in told[name]:
                    told[name][key] = best
        for name, paths in told.items():
            for key, (hop, _, _) in paths.items():
                way = _longest(inner[name], hop) if hop else None
                if way is not None and (key not in found[name]):
                    found[name][key] = (way[0], hop if way[1] is None else way[1])

    def _offers(
        self,
        version: int,
        inner: Mapping[str, Mapping[tuple[int, int], tuple[str, int | None]]],
        told: Mapping[str, Mapping[tuple[int, int], tuple[int, str, bool]]],
    ) -> Iterator[tuple[str, tuple[int, int], tuple[int, str, bool]]]:
        for name, box in self.boxes.items():
            for peer in box.asn:
                family, value = number(peer)
                far = self.owner.get((version, value), ("", ""))[0]
                if family != version or not far or f"activate {version}" not in box.peers[peer]:
                    continue
                other = self.boxes[far]
                mirror = next((one for one in other.asn if self.owner.get(number(one), ("",))[0] == name
                               and number(one)[0] == version), None)  # fmt: skip
                if mirror is None or f"activate {version}" not in other.peers[mirror]:
                    continue
                if _longest(inner[name], value) is None or _longest(inner[far], number(mirror)[1]) is None:
                    continue
                for key, (hop, origin, first) in told[far].items():
                    clients = [one for one in other.peers if f"route-reflector-client {version}" in other.peers[one]]
                    reflects = mirror in clients or origin in {self.owner.get(number(one), ("",))[0] for one in clients}
                    if origin == name or not (first or reflects):
                        continue
                    myself = first and (f"next-hop-self {version}" in other.peers[mirror] or not hop)
                    sent = value if myself else hop
                    if origin == far and other.kind == "frr" and f"next-hop-self {version}" not in other.peers[mirror]:
                        via = inner[far][key][1]
                        sent = via if via is not None else value
                    way = _longest(inner[name], sent)
                    if way is not None:
                        yield name, key, (sent, far if first else origin, False)


def _longest(table: Mapping[tuple[int, int], tuple[str, int | None]], value: int) -> tuple[str, int | None] | None:
    best: tuple[int, tuple[str, int | None]] | None = None
    for (low, wide), way in table.items():
        if wide and value & wide == low and way[0] and (best is None or wide > best[0]):
            best = (wide, way)
    return best[1] if best else None
