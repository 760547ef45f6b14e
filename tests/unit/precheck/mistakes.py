"""Seeded mistakes and harmless rewritings of rendered configurations, and the packets that would show a mistake."""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.unit.precheck.oracle import Oracle, Shot, number
from tests.unit.precheck.world import FLOWS, OBJECT, ZONES, Site, Texts, World, changed

NFT, LINUX = ("nftables", "inet jiyue"), ("linux", "network")
PREFIX = re.compile(r"(?<![\w:.])(?:\d+\.\d+\.\d+\.\d+/\d+|[0-9a-f]+:[0-9a-f:]*/\d+)(?![\w:.])")
WILD = re.compile(r"(?:source|destination) (\d+\.[0-9.]+) (0|0\.[0-9.]+)(?= |$)", re.MULTILINE)
SPACED = re.compile(r"(?:source|destination|route-static) ([0-9a-f]+:[0-9a-f:]*) (\d+)(?= |$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """One changed object of one device; `old` and `new` are the lines that differ."""

    kind: str
    device: str
    key: tuple[str, str]
    text: str
    old: str
    new: str

    def apply(self, texts: Texts) -> Texts:
        """The texts with the change in."""
        return changed(texts, self.device, self.key, self.text)


Place = tuple[str, tuple[str, str]]


def places(world: World) -> list[Place]:
    """Every object that routes or filters."""
    found: list[Place] = []
    for site in world.sites:
        found.append((site.router, (site.vendor, OBJECT[site.vendor])))
        if not site.lists:
            found += [(f"fw{site.number}", NFT), (f"fw{site.number}", LINUX), (f"fw{site.number}", NFT)]
    return [*found, ("core", ("frr", "running-config"))]


def mistake(rng: random.Random, world: World) -> Change:
    """One seeded mistake; it may have no effect, which the oracle tells."""
    while True:
        device, key = rng.choice(places(world))
        text = world.after[device][key]
        lines = text.splitlines()
        kind, make = rng.choice(KINDS)
        at = [n for n, line in enumerate(lines) if _fits(kind, line)]
        if not at:
            continue
        n = rng.choice(at)
        new = make(rng, lines, n)
        if new is None or new == lines:
            continue
        changed_text = "".join(f"{line}\n" for line in new)
        return Change(kind, device, key, changed_text, lines[n], new[n] if len(new) == len(lines) else "")


_RULE = re.compile(r"\s*(rule \d+ |iifname |oifname |icmp(v6)? type .* accept|ct state est)")
_ROUTE = re.compile(r"\s*(ip(v6)? route(-static)? |route )")
_FAMILY = re.compile(
    r"\s*(ipv6 (address|ospf6 area)|ospfv3 1 area|ipv6 enable|neighbor [0-9a-f]+:\S+ (activate|remote-as)|forward ipv6"
    r"|addr .*:|peer [0-9a-f]+:\S+ (enable|as-number)|ip ospf area|ospf (enable )?1 area|route ::/0|router-id 1"
    r"|neighbor \S+ next-hop-self|peer \S+ next-hop-local|neighbor \S+ route-reflector-client)"
)


def _fits(kind: str, line: str) -> bool:
    if kind in ("removed", "order"):
        return bool(_RULE.match(line))
    if kind in ("widened", "shifted"):
        return bool((_RULE.match(line) or _ROUTE.match(line)) and (PREFIX.search(line) or " source " in line))
    if kind == "port":
        return bool(re.search(r"(dport|destination-port eq|source-port eq) ", line))
    if kind in ("hop", "route"):
        return bool(_ROUTE.match(line))
    if kind == "network":
        return bool(re.match(r"\s+network [0-9a-f]", line))
    return bool(_FAMILY.match(line))


def _without(_: random.Random, lines: list[str], n: int) -> list[str]:
    return [*lines[:n], *lines[n + 1 :]]


def _swapped(rng: random.Random, lines: list[str], n: int) -> list[str] | None:
    """Two rules of one list change places."""
    last = n
    while last + 1 < len(lines) and _RULE.match(lines[last + 1]):
        last += 1
    if last == n:
        return None
    m = rng.randint(n + 1, last)
    one, two = lines[n], lines[m]
    first, second = re.match(r"\s*rule (\d+)", one), re.match(r"\s*rule (\d+)", two)
    if first and second:
        # The number decides, so the numbers change places.
        one = one.replace(f"rule {first[1]} ", f"rule {second[1]} ", 1)
        two = two.replace(f"rule {second[1]} ", f"rule {first[1]} ", 1)
    return [*lines[:n], two, *lines[n + 1 : m], one, *lines[m + 1 :]]


def _port(rng: random.Random, lines: list[str], n: int) -> list[str]:
    def move(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) + rng.choice((-1, 1))}"

    line = re.sub(r"((?:dport|destination-port eq|source-port eq) (?:\{ )?)(\d+)", move, lines[n], count=1)
    return [*lines[:n], line, *lines[n + 1 :]]


def _prefixed(change: Callable[[random.Random, ipaddress.IPv4Network | ipaddress.IPv6Network], str | None]) -> object:
    def make(rng: random.Random, lines: list[str], n: int) -> list[str] | None:
        line = lines[n]
        spots = [(found.start(), found.end(), found[0], "slash") for found in PREFIX.finditer(line)]
        for found in WILD.finditer(line):
            spots.append((found.start(1), found.end(2), f"{found[1]}/{_length(found[2])}", "wild"))
        for found in SPACED.finditer(line):
            spots.append((found.start(1), found.end(2), f"{found[1]}/{found[2]}", "space"))
        if not spots:
            return None
        start, end, text, form = rng.choice(spots)
        made = change(rng, ipaddress.ip_network(text, strict=False))
        if made is None:
            return None
        head, _, length = made.partition("/")
        if form == "space":
            made = f"{head} {length}"
        elif form == "wild":
            wild = ipaddress.ip_network(made).hostmask
            made = f"{head} {'0' if int(wild) == 0 else wild}"
        return [*lines[:n], line[:start] + made + line[end:], *lines[n + 1 :]]

    return make


def _length(wild: str) -> int:
    return 32 if wild == "0" else 32 - int(ipaddress.ip_address(wild)).bit_length()


def _wider(rng: random.Random, net: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str | None:
    step = rng.randint(1, 3)
    return str(net.supernet(step)) if net.prefixlen > step + 7 else None


def _beside(rng: random.Random, net: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str | None:
    if net.prefixlen < 8:
        return None
    first = int(net.network_address) + rng.choice((-1, 1)) * net.num_addresses
    return f"{type(net.network_address)(first)}/{net.prefixlen}"


def _hop(rng: random.Random, lines: list[str], n: int) -> list[str] | None:
    words = lines[n].split(" ")
    try:
        hop = ipaddress.ip_address(words[-1])
    except ValueError:
        return None
    words[-1] = str(hop + rng.choice((1, 2, -2, 16, 256)))
    return [*lines[:n], " ".join(words), *lines[n + 1 :]]


KINDS: tuple[tuple[str, Callable[[random.Random, list[str], int], list[str] | None]], ...] = (
    ("removed", _without),
    ("removed", _without),
    ("widened", _prefixed(_wider)),  # type: ignore[arg-type]
    ("shifted", _prefixed(_beside)),  # type: ignore[arg-type]
    ("port", _port),
    ("port", _port),
    ("order", _swapped),
    ("hop", _hop),
    ("route", _without),
    ("network", _without),
    ("family", _without),
    ("family", _without),
)  # fmt: skip


def shots(world: World, change: Change) -> Iterator[Shot]:
    """Packets that could show the change, the likeliest first."""
    site = next((one for one in world.sites if change.device in (one.router, f"fw{one.number}")), None)
    both = f"{change.old}\n{change.new}"
    services = [*_named(both), *sorted(_services(), key=lambda one: ("icmp" in both) != (one[0] == "icmp"))]
    first = 6 if re.search(r":[0-9a-f:]*[:/ ]|ip6|ipv6|icmpv6", both) and not re.search(r"\d\.\d", both) else 4
    for version in (first, 10 - first):
        corners = list(dict.fromkeys(_corners(both, version)))
        ends = list(_ends(world, version, site))
        for protocol, sport, dport, known in dict.fromkeys(services):
            if protocol == "icmp":
                dport = {8: {4: 8, 6: 128}, 0: {4: 0, 6: 129}, 3: {4: 3, 6: 1}, 2: {4: 12, 6: 2}}[dport][version]
            for node, iif, source in ends:
                for target in (*(end[2] for end in ends), *corners):
                    yield Shot(node, iif, version, source, target, protocol, sport, dport, known)
                if iif:
                    for false in corners:
                        for _, _, target in ends:
                            yield Shot(node, iif, version, false, target, protocol, sport, dport, known)


def _ends(world: World, version: int, site: Site | None) -> Iterator[tuple[str, str, int]]:
    """Where packets start: (node, interface, an address there); those near the change first."""
    sites = sorted(world.sites, key=lambda one: one is not site)
    for one in sites:
        for at, zone in enumerate(ZONES):
            lan = ipaddress.ip_network(one.lan(zone)[version == 6])
            edge = (one.router, f"GigabitEthernet0/0/{at + 1}") if one.lists else (f"fw{one.number}", zone)
            yield (*edge, int(lan.network_address) + 16)
    loops = {4: "10.255.{}.1", 6: "3fff:10::{}:1"}[version]
    yield "core", "", number({4: "10.255.0.1", 6: "3fff:10::1"}[version])[1]
    for one in sites:
        yield one.router, "", number(loops.format(one.number))[1]
    for port in world.spec.internet:
        yield (*port, number({4: "203.0.113.9", 6: "2400::9"}[version])[1])


def _services() -> Iterator[tuple[str, int, int, bool]]:
    for flow in FLOWS:
        for port in flow.ports or (0,):
            if flow.protocol == "icmp":
                yield "icmp", 0, 8, False
                yield "icmp", 0, 0, True
            else:
                yield flow.protocol, 50000, port, False
                yield flow.protocol, port, 50000, True
    yield "icmp", 0, 3, True
    yield "icmp", 0, 2, True


def _named(lines: str) -> Iterator[tuple[str, int, int, bool]]:
    for found in re.finditer(r"(tcp|udp)\b[^\n]*?(dport|destination-port eq|source-port eq) (?:\{ )?([0-9, ]+)", lines):
        for port in map(int, re.findall(r"\d+", found[3])):
            if found[2].startswith("source"):
                yield found[1], port, 50000, True
            else:
                yield found[1], 50000, port, False


def _corners(lines: str, version: int) -> Iterator[int]:
    texts = PREFIX.findall(lines)
    texts += [f"{head}/{length}" for head, length in re.findall(r"([0-9a-f]+:[0-9a-f:]*) (\d{1,3})(?= |$)", lines)]
    texts += [f"{head}/{_length(wild)}" for head, wild in WILD.findall(lines)]
    for text in texts:
        net = ipaddress.ip_network(text, strict=False)
        if net.version == version:
            low, high = int(net.network_address), int(net.broadcast_address)
            # Not the ends themselves: nobody is a network, a broadcast or an anycast address.
            yield from (
                low + 16,
                max(high - 1, 1),
                low + 2,
                max(low - 2, 1),
                min(high + 2, (1 << net.max_prefixlen) - 2),
            )


def effect(good: Oracle, bad: Oracle, world: World, change: Change, most: int = 4000) -> Shot | None:
    """A packet whose fate the change changes; None when the oracle finds none among `most`."""
    for count, shot in enumerate(shots(world, change)):
        if count >= most:
            return None
        if good.fate(shot) != bad.fate(shot):
            return shot
    return None
