"""Small whole provinces for the pre-check: a core, platforms behind routers of all vendors, a provider; made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ipv6.drivers import registry
from ipv6.plan.intent import Bgp, DeviceIntent, Firewall, Peer, Port, Route, ZonePort
from ipv6.precheck.numbers import address, prefix, union
from ipv6.precheck.spec import Owned, Spec, Twin, Zone
from ipv6.zones.access import access_list
from ipv6.zones.flows import Flow

Texts = dict[str, dict[tuple[str, str], str]]
FLOWS = (
    Flow("internet", "dmz", "tcp", (80, 443), "sites"),
    Flow("internet", "dmz", "icmp", (), "reachability"),
    Flow("extranet", "dmz", "tcp", (80, 443), "sites"),
    Flow("extranet", "dmz", "icmp", (), "reachability"),
    Flow("dmz", "app", "tcp", (8080,), "pages"),
    Flow("dmz", "app", "udp", (514,), "logs"),
    Flow("app", "data", "tcp", (5432,), "library"),
    Flow("exchange", "data", "tcp", (5432,), "library"),
    Flow("extranet", "exchange", "tcp", (9443,), "exchange"),
    Flow("exchange", "extranet", "tcp", (9443,), "exchange"),
)
ZONES = ("dmz", "app", "data", "exchange")
EXTRANET = ("10.0.0.0/8", "3fff:10::/32")
ASN = 64512
VENDORS = ("frr", "huawei_vrp", "h3c_comware")
OBJECT = {"frr": "running-config", "huawei_vrp": "current-configuration", "h3c_comware": "current-configuration"}


@dataclass(frozen=True, slots=True)
class Site:
    """One platform: its number, what its router is, and whether that router filters itself (no firewall)."""

    number: int
    vendor: str
    lists: bool = False

    @property
    def name(self) -> str:
        return f"p{self.number}"

    @property
    def router(self) -> str:
        return f"pe{self.number}"

    def lan(self, zone: str) -> tuple[str, str]:
        """The LAN's prefixes of both families."""
        if zone == "dmz":
            return f"198.18.{self.number}.0/24", f"3fff:ff1:{self.number}00:1000::/64"
        at = ZONES.index(zone) + 1
        return f"10.{self.number}.{15 + at}.0/24", f"3fff:10:{self.number}00:{at}000::/64"

    def prefixes(self, zone: str) -> tuple[str, str]:
        """The zone's prefixes; a router's own zones are just their LANs."""
        four, six = self.lan(zone)
        return (four, six) if self.lists else (four, six.replace("/64", "/52"))


@dataclass(frozen=True)
class World:
    """Texts before and after, and what must talk."""

    before: Texts
    after: Texts
    spec: Spec
    sites: tuple[Site, ...]


def world(sites: Iterable[Site] = (Site(1, "frr"), Site(2, "huawei_vrp"), Site(3, "h3c_comware", lists=True))) -> World:
    """A province of these platforms; the first one has the provider."""
    chosen = tuple(sites)
    return World(_texts(chosen, False), _texts(chosen, True), _spec(chosen), chosen)


def _texts(sites: tuple[Site, ...], dual: bool) -> Texts:
    found: Texts = {}
    for intent in intents(sites, dual):
        found[intent.name] = {
            (name, one): text for name in intent.drivers for one, text in registry.driver(name).render(intent).items()
        }
    return found


def intents(sites: tuple[Site, ...], dual: bool) -> list[DeviceIntent]:
    """Every device of the province."""
    found = [_core(sites, dual)]
    for site in sites:
        found.append(_router(site, dual))
        if not site.lists:
            found.append(_firewall(site, dual))
        found.append(_hosts(site, dual))
    return found


def _of(dual: bool, *both: str) -> tuple[str, ...]:
    return both if dual else both[:1]


def _device(name: str, drivers: tuple[str, ...], **more: object) -> DeviceIntent:
    return DeviceIntent(name, "pe", "430100", "p1", drivers, "192.168.240.1", **more)  # type: ignore[arg-type]


def _core(sites: tuple[Site, ...], dual: bool) -> DeviceIntent:
    ports = tuple(
        Port(f"to-p{one.number}", _of(dual, f"10.254.{one.number}.0/31", f"3fff:10:{one.number}00:1::2/127"),
             f"core-{one.name}", "ospf")
        for one in sites
    )  # fmt: skip
    loops = [loop for one in sites for loop in _of(dual, f"10.255.{one.number}.1", f"3fff:10::{one.number}:1")]
    peers = tuple(Peer(loop, ASN, "pe", True, True) for loop in loops)
    bgp = Bgp(ASN, "10.255.0.1", peers, ())
    return _device("core", ("frr",), ports=ports, loopbacks=_of(dual, "10.255.0.1/32", "3fff:10::1/128"), bgp=bgp)


def _router(site: Site, dual: bool) -> DeviceIntent:
    n, urpf = site.number, "strict" if site.lists else ""
    ports = [Port("to-core", _of(dual, f"10.254.{n}.1/31", f"3fff:10:{n}00:1::3/127"), f"core-{site.name}", "ospf",
                  hardware="GigabitEthernet0/0/0", urpf=urpf)]  # fmt: skip
    peers = [Peer(core, ASN, "core", True, False, True) for core in _of(dual, "10.255.0.1", "3fff:10::1")]
    if n == 1:
        ports.append(Port("to-inet", _of(dual, "198.19.255.1/31", "3fff:ff0:0:1::3/127"), "provider",
                          hardware="GigabitEthernet0/0/9", urpf=urpf))  # fmt: skip
        peers += [Peer(far, 65500, "provider") for far in _of(dual, "198.19.255.0", "3fff:ff0:0:1::2")]
    routes: list[Route] = []
    lists = []
    networks = [one for zone in ZONES for one in _of(dual, *site.prefixes(zone))]
    if site.lists:
        names = {zone: _of(dual, *site.prefixes(zone)) for zone in ZONES} | {"extranet": _of(dual, *EXTRANET)}
        for at, zone in enumerate(ZONES):
            for way, into in (("in", False), ("out", True)):
                lists.append(access_list(f"{zone}-{way}", FLOWS, names, frozenset((zone,)), into))
            four, six = (one.replace(".0/", ".1/").replace("::/", "::1/") for one in site.lan(zone))
            ports.append(Port(zone, _of(dual, four, six), zone, hardware=f"GigabitEthernet0/0/{at + 1}",
                              urpf=urpf, acl_in=f"{zone}-in", acl_out=f"{zone}-out"))  # fmt: skip
    else:
        ports.append(Port("to-fw", _of(dual, f"10.254.{n}.2/31", f"3fff:10:{n}00:2::2/127"), "fw", "passive",
                          hardware="GigabitEthernet0/0/1"))  # fmt: skip
        via = (f"10.254.{n}.3", f"3fff:10:{n}00:2::3")
        routes = [Route(one, via[":" in one]) for one in networks]
    bgp = Bgp(ASN, f"10.255.{n}.1", tuple(peers), tuple(networks))
    loops = _of(dual, f"10.255.{n}.1/32", f"3fff:10::{n}:1/128")
    more = {
        "ports": tuple(ports),
        "routes": tuple(routes),
        "bgp": bgp,
        "loopbacks": loops,
        "access_lists": tuple(lists),
    }
    return _device(site.router, (site.vendor,), **more)


def _firewall(site: Site, dual: bool) -> DeviceIntent:
    n = site.number
    ports = [Port("outside", _of(dual, f"10.254.{n}.3/31", f"3fff:10:{n}00:2::3/127"))]
    for zone in ZONES:
        four, six = (one.replace(".0/", ".1/").replace("::/", "::1/") for one in site.lan(zone))
        ports.append(Port(zone, _of(dual, four, six)))
    zones = tuple(ZonePort(zone, zone, _of(dual, *site.prefixes(zone))) for zone in ZONES)
    gateways = _of(dual, f"10.254.{n}.2", f"3fff:10:{n}00:2::2")
    routes = tuple(Route("::/0" if ":" in one else "0.0.0.0/0", one) for one in gateways)
    rules = Firewall("outside", zones, _of(dual, *EXTRANET), FLOWS)
    return _device(f"fw{n}", ("linux", "nftables"), ports=tuple(ports), routes=routes, firewall=rules)


def _hosts(site: Site, dual: bool) -> DeviceIntent:
    ports, routes = [], []
    for zone in ZONES:
        four, six = site.lan(zone)
        ports.append(Port(zone, _of(dual, four.replace(".0/", ".10/"), six.replace("::/", "::10/")), netns=zone))
        for one, everything in zip((four, six) if dual else (four,), ("0.0.0.0/0", "::/0"), strict=False):
            gateway = one.partition("/")[0].replace("::", "::1") if ":" in one else one.replace(".0/24", ".1")
            routes.append(Route(everything, gateway, zone))
    return _device(f"host{site.number}", ("linux",), ports=tuple(ports), routes=tuple(routes))


def _ranges(*texts: str) -> dict[int, tuple[tuple[int, int], ...]]:
    return {version: union(prefix(one)[1:3] for one in texts if prefix(one)[0] == version) for version in (4, 6)}


def _spec(sites: tuple[Site, ...]) -> Spec:
    zones = tuple(
        Zone(site.name, zone, f"{zone}-{site.name}", _ranges(*site.lan(zone)), _ranges(*site.prefixes(zone)))
        for site in sites
        for zone in ZONES
    )
    wiring: dict[tuple[str, str], str] = {}
    owned = [
        Owned(
            "port",
            f"{one.name} {port.name}",
            one.name,
            *(address(both.partition("/")[0])[1] for both in port.addresses),
        )
        for one in intents(sites, True)
        for port in one.ports
    ]
    twins = []
    for site in sites:
        for at, zone in enumerate(ZONES):
            edge = (site.router, f"GigabitEthernet0/0/{at + 1}") if site.lists else (f"fw{site.number}", zone)
            wiring[edge] = wiring[(f"host{site.number}/{zone}", zone)] = f"{zone}-{site.name}"
            pair = [prefix(one)[1:3] for one in site.prefixes(zone)]
            twins.append(Twin(f"{site.name}/{zone}", pair[0], pair[1]))
        loops = (f"10.255.{site.number}.1", f"3fff:10::{site.number}:1")
        owned.append(Owned("loopback", site.router, site.router, address(loops[0])[1], address(loops[1])[1]))
        twins.append(Twin(site.router, prefix(loops[0])[1:3], prefix(loops[1])[1:3]))
    first = sites[0]
    port = "to-inet" if first.vendor == "frr" else "GigabitEthernet0/0/9"
    return Spec(
        zones=zones,
        flows={site.name: FLOWS for site in sites},
        extranet=_ranges(*EXTRANET),
        internet=((first.router, port),),
        routers=("core", *(site.router for site in sites)),
        owned=tuple(owned),
        twins=tuple(twins),
        wiring=wiring,
    )


def changed(texts: Mapping[str, Mapping[tuple[str, str], str]], device: str, key: tuple[str, str], text: str) -> Texts:
    """The same texts with one object replaced."""
    found = {name: dict(one) for name, one in texts.items()}
    found[device][key] = text
    return found
