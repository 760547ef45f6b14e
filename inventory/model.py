"""The province as typed, frozen values; parsed once by `inventory.source`, unknown keys are errors."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from inventory.vocab import Level, Plane, Role, SiteKind

SHARED = "shared"
"""Pseudo platform that owns what several platforms share (core, DNS, operations host)."""


class Frozen(BaseModel):
    """Base of every record: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Region(Frozen):
    """One administrative region with its GB/T 2260 code; `successor` is set when the code was replaced."""

    code: str = Field(pattern=r"^\d{6}$")
    name: str
    level: Level
    parent: str = ""
    valid_from: str = ""
    valid_to: str = ""
    successor: str = ""


class Link(Frozen):
    """A point-to-point link (/31 in IPv4, RFC 3021) or a LAN; `owner` is the region whose space numbers it.

    `prefix6` is set only where somebody else (the provider) assigned it.
    """

    id: str
    kind: Literal["p2p", "lan"]
    prefix4: IPv4Network
    owner: str
    plane: Plane = Plane.PUBLIC
    zone: str = ""
    prefix6: IPv6Network | None = None


class Interface(Frozen):
    """A device's port on a link; `netns` names the zone server inside a zone host that owns the port."""

    name: str = Field(min_length=1, max_length=15, pattern=r"^[a-z0-9-]+$")
    link: str
    address4: IPv4Address
    address6: IPv6Address | None = None
    netns: str = ""


class Device(Frozen):
    """One device of the extranet or of a platform; `drivers` names folders of `ipv6/drivers`."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    role: Role
    region: str
    drivers: tuple[str, ...]
    mgmt4: IPv4Address
    loopback4: IPv4Address | None = None
    primary: bool = False
    interfaces: tuple[Interface, ...] = ()


class Site(Frozen):
    """A hosted website; its name is data and never derived from pinyin."""

    name: str = Field(pattern=r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$")
    title: str
    owner: str
    kind: SiteKind
    platform: str
    address4: IPv4Address


class System(Frozen):
    """An information system on the extranet; the notice asks new ones for full IPv6."""

    name: str
    owner: str
    commissioned: date
    families: tuple[Literal[4, 6], ...]
    address4: IPv4Address
    zone: str


class FunctionSetting(Frozen):
    """What one platform changes about one of the 16 functions."""

    enabled: bool = True
    replicas: int = Field(default=1, ge=0, le=20)


class Platform(Frozen):
    """One of the 1+14 platforms: one file under `platforms/`."""

    name: str = Field(pattern=r"^[a-z]{2,20}$")
    code: str
    title: str
    operator: str
    portal: str
    dns_zone: str
    services4: IPv4Network
    links: tuple[Link, ...]
    devices: tuple[Device, ...]
    sites: tuple[Site, ...]
    systems: tuple[System, ...] = ()
    functions: dict[str, FunctionSetting] = Field(default_factory=dict)


class Network(Frozen):
    """What all platforms share: `network.yaml`."""

    asn: int = Field(ge=1, le=4294967295)
    provider_asn: int = Field(ge=1, le=4294967295)
    name_servers: dict[str, str]
    links: tuple[Link, ...]
    devices: tuple[Device, ...]


class Zone(Frozen):
    """A security zone after GB/T 22239-2019 level 3; `nibble` is its use value inside a region's /48."""

    id: str
    title: str
    nibble: int = Field(ge=1, le=7)
    plane: Plane
    clause: str


class Service(Frozen):
    """A named set of transport ports; protocol `icmp` stands for echo in both families."""

    protocol: Literal["tcp", "udp", "icmp"]
    ports: tuple[int, ...] = ()


class FlowRule(Frozen):
    """One allowed flow of the zone matrix; `internet` and `extranet` are the two outside zones."""

    source: str
    target: str
    services: tuple[str, ...]
    reason: str
    platforms: tuple[str, ...] = ()


class ZoneMatrix(Frozen):
    """The one matrix that generates every filter; what it does not list is denied."""

    zones: tuple[Zone, ...]
    services: dict[str, Service]
    flows: tuple[FlowRule, ...]


class Addressing(Frozen):
    """Addressing policy: the profile and the values of the use nibble."""

    profile: Literal["legible"]
    infrastructure_nibble: int = Field(ge=0, le=15)
    services_nibble: int = Field(ge=0, le=15)
    source: str


class Function(Frozen):
    """One function a platform offers (国办函〔2018〕71号 lists 16)."""

    id: str = Field(pattern=r"^[a-z-]{2,30}$")
    title: str
    group: str
    zone: str
    port: int = Field(ge=1, le=65535)
    clause: str


class Wave(Frozen):
    """One step of the rollout."""

    name: str
    platforms: tuple[str, ...]
    canary: bool = False


class Block(Frozen):
    """A received IPv6 block; a /28 is cut into planes by `index`, a /32 is one plane."""

    plane: Plane
    prefix: IPv6Network
    index: int = Field(default=0, ge=0, le=15)
    source: str


class ControlPlane(Frozen):
    """Loopback ports of the local control plane."""

    apiserver: int = Field(ge=1024, le=65535)
    etcd_client: int = Field(ge=1024, le=65535)
    etcd_peer: int = Field(ge=1024, le=65535)


class Environment(Frozen):
    """Where a run happens: `env/<name>.yaml` (design decision 12)."""

    name: str
    title: str
    kind: Literal["lab", "field"]
    holds: tuple[str, ...]
    blocks: tuple[Block, ...]
    ssh_user: str = "root"
    store: str = ""
    context: str = ""
    parent: str = ""
    """SSH name of the server that takes delegation changes of `gov.cn`; empty: listed for the registrar by hand."""
    control_plane: ControlPlane | None = None
    calendar: str = ""


class Inventory(Frozen):
    """Everything loaded, read-only."""

    name: str
    regions: tuple[Region, ...]
    network: Network
    platforms: tuple[Platform, ...]
    matrix: ZoneMatrix
    addressing: Addressing
    functions: tuple[Function, ...]
    waves: tuple[Wave, ...]
    environment: Environment

    @cached_property
    def region_by_code(self) -> dict[str, Region]:
        """Current and former regions by code."""
        return {region.code: region for region in self.regions}

    @cached_property
    def platform_by_name(self) -> dict[str, Platform]:
        """Platforms by name."""
        return {platform.name: platform for platform in self.platforms}

    @cached_property
    def links(self) -> dict[str, Link]:
        """Every link by id."""
        every = (self.network.links, *(platform.links for platform in self.platforms))
        return {link.id: link for links in every for link in links}

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Every device by name, shared ones first."""
        every = (self.network.devices, *(platform.devices for platform in self.platforms))
        return {device.name: device for devices in every for device in devices}

    @cached_property
    def platform_of_device(self) -> dict[str, str]:
        """Owning platform of each device; `SHARED` for those of the province as a whole."""
        owners = {device.name: SHARED for device in self.network.devices}
        for platform in self.platforms:
            owners.update({device.name: platform.name for device in platform.devices})
        return owners

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every hosted site, by platform then by file order."""
        return tuple(site for platform in self.platforms for site in platform.sites)

    def holds(self, device: Device) -> bool:
        """Whether this environment really has the device; others are planned, rendered and deferred."""
        return device.region in self.environment.holds
