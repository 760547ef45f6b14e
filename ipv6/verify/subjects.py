"""What is verified: one hosted site, or the zone rules of one platform; built from the inventory and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ipv6.verify.model import FAMILIES, Family


@dataclass(frozen=True, slots=True)
class Vantages:
    """Host names of the three vantage points: a client with IPv6 only, one with IPv4 only, one with both."""

    v6: str = "vantage-v6"
    v4: str = "vantage-v4"
    dual: str = "vantage-dual"


@dataclass(frozen=True, slots=True)
class SiteSubject:
    """One website; `zone` is its DNS zone, `servers` are (name, IPv6 address) of the zone's servers.

    `baseline` holds what IPv4 was before the change (keys of `ipv6.verify.checks.v4_unharmed`); empty when not taken.
    `known` are the names that may be fetched from (the inventory's sites): links elsewhere are looked up, never
    followed. `host` is the device that serves it, empty where this environment does not hold it. `reverse` is its
    ip6.arpa name where the province serves reverse zones. `behind6` is its address on the host where names lead to the
    edge of its platform's cluster instead (`address6`). `names` is the platform whose firewall stands before the name
    servers. `limits` are those of `indicators.yaml`.
    """

    kind = "site"

    name: str
    platform: str
    zone: str
    address4: str
    address6: str
    servers: tuple[tuple[str, str], ...] = ()
    vantages: Vantages = Vantages()
    baseline: Mapping[str, str] = field(default_factory=dict, hash=False)
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    known: frozenset[str] = field(default=frozenset(), hash=False)
    host: str = ""
    reverse: str = ""
    names: str = ""
    behind6: str = ""

    @property
    def own6(self) -> str:
        """The IPv6 address at which `host` itself serves it."""
        return self.behind6 or self.address6


@dataclass(frozen=True, slots=True)
class Place:
    """Where a zone is spoken from and to; `vantages` and `addresses` are (IPv4, IPv6), empty where there is none."""

    zone: str
    vantages: tuple[str, str]
    addresses: tuple[str, str]
    netns: str = ""

    def vantage(self, family: Family) -> str:
        """The host that speaks for the zone over that family."""
        return self.vantages[FAMILIES.index(family)]

    def address(self, family: Family) -> str:
        """Its address of that family."""
        return self.addresses[FAMILIES.index(family)]


@dataclass(frozen=True, slots=True)
class Pair:
    """One flow to try; `allowed` is what the zone matrix says about it."""

    source: Place
    target: Place
    protocol: str
    port: int
    allowed: bool

    @property
    def label(self) -> str:
        """`app to data tcp/5432`."""
        return f"{self.source.zone} to {self.target.zone} {self.protocol}" + (f"/{self.port}" if self.port else "")


@dataclass(frozen=True, slots=True)
class ZoneSubject:
    """The zone rules of one platform as flows to try.

    `listening` says that something listens on every port tried, so that a refusal is the word of a filter.
    """

    kind = "zones"

    name: str
    platform: str
    pairs: tuple[Pair, ...]
    listening: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """An authoritative name server: its name, the device it runs on, its addresses (IPv6 empty until planned)."""

    name: str
    device: str
    address4: str
    address6: str


@dataclass(frozen=True, slots=True)
class SharedSubject:
    """What several platforms share: the zones, their servers, the core router and its loopbacks."""

    kind = "shared"

    name: str
    platform: str
    zones: tuple[str, ...]
    servers: tuple[Server, ...]
    core: str
    core4: str
    core6: str
    vantages: Vantages = Vantages()


@dataclass(frozen=True, slots=True)
class Ground:
    """A place on a host: the host itself or one of its network namespaces."""

    host: str
    netns: str = ""

    @property
    def label(self) -> str:
        """`zone-changsha/data`."""
        return f"{self.host}/{self.netns}" if self.netns else self.host


@dataclass(frozen=True, slots=True)
class ExtranetSubject:
    """One platform's devices as planned: its firewall, its router and the servers in its zones.

    `firewall` and `router` are device names, empty where this environment holds none that can be asked. `outside` is
    the firewall's port to the extranet, `ports` the port of each zone; `extranet` are the prefixes that are not
    internet. `adjacent` are the router's ports with a neighbour in the routing protocol, `peers` its BGP neighbours,
    `twins` prefixes as (IPv4, IPv6) that it must reach alike; `core` is the router that has to learn them from it.
    """

    kind = "extranet"
    name: str
    platform: str
    firewall: str
    router: str
    grounds: tuple[Ground, ...]
    outside: str
    ports: Mapping[str, str] = field(hash=False)
    extranet: tuple[str, ...]
    pairs: tuple[Pair, ...]
    adjacent: tuple[str, ...]
    peers: tuple[str, ...]
    twins: tuple[tuple[str, str], ...]
    core: str = ""


Subject: TypeAlias = SiteSubject | ZoneSubject | SharedSubject | ExtranetSubject
