"""A province of many filtering devices: platforms, and organisations behind firewalls of their own; made up."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network

from ipv6.drivers import registry
from ipv6.plan.intent import Bgp, DeviceIntent, Firewall, Peer, Port, Route, ZonePort
from ipv6.precheck.numbers import prefix, union
from ipv6.precheck.spec import Spec, Zone
from ipv6.zones.flows import Flow

ASN = 64512
OFFICE = (
    Flow("office", "extranet", "tcp", (80, 443, 9443), "work"),
    Flow("extranet", "office", "tcp", (22,), "care"),
    Flow("office", "servers", "tcp", (80, 443), "work"),
    Flow("extranet", "servers", "tcp", (443,), "exchange"),
)
PLATFORM = (
    Flow("internet", "servers", "tcp", (80, 443), "sites"),
    Flow("extranet", "servers", "tcp", (80, 443, 9443), "sites"),
    Flow("office", "servers", "tcp", (22,), "care"),
)
EXTRANET = ("10.0.0.0/8", "3fff:10::/28")
Texts = dict[str, dict[tuple[str, str], str]]


def province(devices: int, rules: int, per_router: int = 8) -> tuple[Texts, Texts, Spec]:
    """(before, after, what must talk): at least `rules` rules on each of `devices` firewalls, with their routers."""
    before: Texts = {}
    after: Texts = {}
    zones: list[Zone] = []
    flows: dict[str, tuple[Flow, ...]] = {}
    routers = -(-devices // per_router)
    for dual, texts in ((False, before), (True, after)):
        for intent in _routers(routers, devices, per_router, dual):
            texts[intent.name] = _rendered(intent)
        for n in range(devices):
            intent = _firewall(n, dual)
            found = _rendered(intent)
            key = ("nftables", "inet jiyue")
            found[key] = split(found[key], rules if dual else rules // 2)
            texts[intent.name] = found
    for n in range(devices):
        flows[f"o{n}"] = PLATFORM if n < 15 else OFFICE
        for at, name in enumerate(("office", "servers")):
            four, six = _lan(n, at)
            ranges = {version: union((prefix(one)[1:3],)) for version, one in ((4, four), (6, six))}
            zones.append(Zone(f"o{n}", name, f"{name}-{n}", ranges, ranges))
    wiring = {(f"fw{n}", name): f"{name}-{n}" for n in range(devices) for name in ("office", "servers")}
    extranet = {version: union((prefix(one)[1:3],)) for version, one in zip((4, 6), EXTRANET, strict=True)}
    names = ("core", *(f"r{n}" for n in range(routers)))
    return before, after, Spec(tuple(zones), flows, extranet, (("r0", "to-inet"),), names, wiring=wiring)


def _rendered(intent: DeviceIntent) -> dict[tuple[str, str], str]:
    return {(name, one): text for name in intent.drivers for one, text in registry.driver(name).render(intent).items()}


def _of(dual: bool, four: str, six: str) -> tuple[str, ...]:
    return (four, six) if dual else (four,)


def _lan(n: int, at: int) -> tuple[str, str]:
    """LANs; the platforms' servers have public addresses."""
    if n < 15 and at == 1:
        return f"198.18.{n}.0/24", f"3fff:ff1:{n:x}::/64"
    return f"10.{16 + n // 64}.{n % 64 * 4 + at}.0/24", f"3fff:10:{n + 1:x}:{at}000::/64"


def _device(name: str, drivers: tuple[str, ...]) -> DeviceIntent:
    return DeviceIntent(name, "pe", "430000", "p", drivers, "192.168.240.1", ())


def _routers(routers: int, devices: int, per_router: int, dual: bool) -> list[DeviceIntent]:
    found = []
    loops = [_of(dual, f"10.255.{n // 250}.{n % 250 + 2}", f"3fff:10::1:{n + 2:x}") for n in range(routers)]
    peers = tuple(Peer(one, ASN, "r", True, True) for loop in loops for one in loop)
    ports = tuple(
        Port(f"to-r{n}", _of(dual, f"10.254.{n}.0/31", f"3fff:10:0:{n + 1:x}::2/127"), "r", "ospf")
        for n in range(routers)
    )
    core = _device("core", ("frr",))
    found.append(replace(core, ports=ports, loopbacks=_of(dual, "10.255.255.1/32", "3fff:10::1/128"),
                         bgp=Bgp(ASN, "10.255.255.1", peers, ())))  # fmt: skip
    for n in range(routers):
        mine = [Port("to-core", _of(dual, f"10.254.{n}.1/31", f"3fff:10:0:{n + 1:x}::3/127"), "core", "ospf")]
        out = [Peer(one, ASN, "core", True, False, True) for one in _of(dual, "10.255.255.1", "3fff:10::1")]
        if n == 0:
            mine.append(Port("to-inet", _of(dual, "198.19.255.1/31", "3fff:ff0:0:1::3/127"), "provider"))
            out += [Peer(one, 65500, "provider") for one in _of(dual, "198.19.255.0", "3fff:ff0:0:1::2")]
        routes = []
        for m in range(n * per_router, min(devices, (n + 1) * per_router)):
            link = _link(m)
            mine.append(Port(f"to-fw{m}", _of(dual, f"{link[0]}.0/31", f"{link[1]}::2/127"), "fw", "passive"))
            via = {False: f"{link[0]}.1", True: f"{link[1]}::3"}
            routes += [Route(one, via[":" in one]) for at in (0, 1) for one in _of(dual, *_lan(m, at))]
        bgp = Bgp(ASN, loops[n][0], tuple(out), tuple(route.prefix for route in routes))
        found.append(replace(_device(f"r{n}", ("frr",)), ports=tuple(mine), routes=tuple(routes), bgp=bgp,
                             loopbacks=tuple(f"{one}/{128 if ':' in one else 32}" for one in loops[n])))  # fmt: skip
    return found


def _link(m: int) -> tuple[str, str]:
    """The first three bytes of a link's IPv4 (the last is even) and its IPv6 prefix."""
    return f"10.{200 + m // 256}.{m % 256}", f"3fff:10:{m + 1:x}:f"


def _firewall(n: int, dual: bool) -> DeviceIntent:
    link = _link(n)
    ports = [Port("outside", _of(dual, f"{link[0]}.1/31", f"{link[1]}::3/127"))]
    zones = []
    for at, name in enumerate(("office", "servers")):
        four, six = _lan(n, at)
        ports.append(Port(name, _of(dual, four.replace(".0/", ".1/"), six.replace("::/", "::1/"))))
        zones.append(ZonePort(name, name, _of(dual, four, six)))
    routes = tuple(
        Route("::/0" if ":" in one else "0.0.0.0/0", one) for one in _of(dual, f"{link[0]}.0", f"{link[1]}::2")
    )
    firewall = Firewall("outside", tuple(zones), _of(dual, *EXTRANET), PLATFORM if n < 15 else OFFICE)
    return replace(_device(f"fw{n}", ("linux", "nftables")), ports=tuple(ports), routes=routes, firewall=firewall)


def split(text: str, rules: int) -> str:
    """The same filter in at least `rules` rules: flows cut into pieces of their prefixes."""
    lines = text.splitlines()
    flows = [line for line in lines if "oifname" in line and line.endswith("accept")]
    missing = rules - sum(1 for line in lines if line.endswith(("accept", "drop")))
    pieces = dict.fromkeys(flows, 1)
    while missing > 0:
        line = min(pieces, key=lambda one: (pieces[one], one))
        missing -= pieces[line]
        pieces[line] *= 2
    found = []
    for line in lines:
        match = re.search(r"[sd]addr ([0-9a-f.:]+/\d+)", line)
        if line not in flows or match is None:
            found.append(line)
            continue
        net: IPv4Network | IPv6Network = ip_network(match[1])
        parts = [str(one) for one in net.subnets(pieces[line].bit_length() - 1)]
        found += [line.replace(match[1], part, 1) for part in parts]
    return "".join(f"{line}\n" for line in found)
