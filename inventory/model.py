"""The province as typed, frozen values; parsed once by `inventory.source`, unknown keys are errors."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from inventory.addressing import Addressing, Organisation
from inventory.clauses import NO_CLAUSES, Clauses, Waiver
from inventory.environment import HELD_LEVELS, Environment
from inventory.fields import Code, Driver, Frozen, Host, Month, Title, Word
from inventory.functions import Function as Function
from inventory.functions import FunctionSetting as FunctionSetting
from inventory.indicators import NONE, Indicators
from inventory.integrations import Integration
from inventory.legacy import OldHost
from inventory.matrix import ZoneMatrix
from inventory.naming import Naming
from inventory.profile import Profile
from inventory.review import Review
from inventory.rollout import Limits, Names, Pace, Wave, Windows
from inventory.types import Address4, Day, Flag, MaybeAddress4, MaybeAddress6, MaybePrefix6, Prefix4, Whole
from inventory.vocab import Entry, Level, Plane, Role, SiteKind
from inventory.waivers import NO_WAIVERS, Waivers

SHARED = "shared"
"""Pseudo platform that owns what several platforms share (core, DNS, operations host)."""


class Region(Frozen):
    """One administrative region with its GB/T 2260 code; `successor` is set when the code was replaced."""

    code: Code
    name: Title
    level: Level
    parent: str = ""
    valid_from: Month = ""
    valid_to: Month = ""
    successor: str = ""


class Link(Frozen):
    """A point-to-point link (/31 in IPv4, RFC 3021) or a LAN; `owner` is the region whose space numbers it.

    `prefix6` is set only where somebody else (the provider) assigned it.
    """

    id: Word
    kind: Literal["p2p", "lan"]
    prefix4: Prefix4
    owner: str
    plane: Plane = Plane.PUBLIC
    zone: str = ""
    prefix6: MaybePrefix6 = None


PORT = r"^[a-z0-9-]{1,15}$"
PORT_SAID = "small letters, digits and hyphens, at most 15"


class Interface(Frozen):
    """A device's port on a link; `netns` names the zone server inside a zone host that owns the port.

    `hardware` is what the vendor calls the port, where the software cannot be told to call it `name`.
    """

    name: str = Field(pattern=PORT, description=PORT_SAID)
    link: str
    address4: Address4
    address6: MaybeAddress6 = None
    netns: str = ""
    hardware: str = Field(
        default="", pattern=r"^([A-Za-z0-9-]{1,24}\d+(/\d+){0,3}(\.\d+)?)?$", description="such as GigabitEthernet0/0/1"
    )


class Device(Frozen):
    """One device of the extranet or of a platform; `drivers` names folders of `ipv6/drivers`."""

    name: Word
    role: Role
    region: str
    drivers: tuple[Driver, ...]
    mgmt4: Address4
    loopback4: MaybeAddress4 = None
    primary: Flag = False
    serial: str = Field(
        default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$", description="a serial number or a machine id"
    )
    """What the device must answer with; empty: what it answers first is pinned."""
    pair: str = ""
    """The device that takes over when this one is away; the two are never changed at once."""
    interfaces: tuple[Interface, ...] = ()


class Site(Frozen):
    """A hosted website; its name is data and never derived from pinyin."""

    name: Host
    title: Title
    owner: Title
    kind: SiteKind
    platform: str
    address4: Address4


class System(Frozen):
    """An information system on the extranet; the notice asks new ones for full IPv6."""

    name: Title
    owner: Title
    commissioned: Day
    families: tuple[Literal[4, 6], ...]
    address4: Address4
    zone: str


class Uplink(Frozen):
    """A point-to-point link from a shared device to this platform, with the shared device's port.

    A link between levels belongs to the upper region, so `owner` numbers it and the province's change set carries it.
    """

    id: Word
    prefix4: Prefix4
    owner: str
    device: str
    interface: str = Field(pattern=PORT, description=PORT_SAID)
    address4: Address4

    @property
    def link(self) -> Link:
        """The link."""
        return Link(id=self.id, kind="p2p", prefix4=self.prefix4, owner=self.owner)

    @property
    def port(self) -> Interface:
        """The shared device's port on it."""
        return Interface(name=self.interface, link=self.id, address4=self.address4)


class Platform(Frozen):
    """One of the 1+14 platforms: one file under `platforms/`."""

    name: str = Field(pattern=r"^[a-z]{2,20}$", description="2 to 20 small letters")
    code: Code
    title: Title
    operator: Title
    portal: Host
    dns_zone: Host
    services4: Prefix4
    cluster4: MaybeAddress4 = None
    """Where its service range is entered: the cluster's address on the LAN of the exchange zone. None: not yet."""
    edge4: MaybeAddress4 = None
    """Where visitors enter the cluster: its address in the DMZ. None: the site host alone is the platform's edge."""
    entry: Entry = Entry.HOSTS
    """Where AAAA of its sites lead: to each site's own address, or to the one spelt like `edge4`."""
    links: tuple[Link, ...]
    devices: tuple[Device, ...]
    sites: tuple[Site, ...]
    systems: tuple[System, ...] = ()
    functions: dict[str, FunctionSetting] = Field(default_factory=dict)
    wave: Word
    uplinks: tuple[Uplink, ...] = ()
    old_hosts: tuple[OldHost, ...] = ()


class Network(Frozen):
    """What all platforms share: `network.yaml`."""

    asn: Whole = Field(ge=1, le=4294967295)
    provider_asn: Whole = Field(ge=1, le=4294967295)
    name_servers: dict[str, str]
    links: tuple[Link, ...]
    devices: tuple[Device, ...]
    profiles: dict[Word, Profile] = Field(default_factory=dict)


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
    review: Review
    limits: Limits = Limits()
    names: Names = Names()
    pace: dict[str, Pace] = Field(default_factory=dict)
    windows: Windows = Windows()
    organisations: tuple[Organisation, ...] = ()
    indicators: Indicators = NONE
    clauses: Clauses = NO_CLAUSES
    waivers: tuple[Waiver, ...] = ()
    integrations: tuple[Integration, ...] = ()
    assessment: Waivers = NO_WAIVERS
    naming: Naming = Naming()

    @cached_property
    def region_by_code(self) -> dict[str, Region]:
        """Current and former regions by code."""
        return {region.code: region for region in self.regions}

    @cached_property
    def platform_by_name(self) -> dict[str, Platform]:
        """Platforms by name."""
        return {platform.name: platform for platform in self.platforms}

    def functions_of(self, platform: Platform) -> tuple[Function, ...]:
        """The functions that run on a platform: its own, and at the province those that run once for all."""
        provincial = self.region_by_code[platform.code].level == Level.PROVINCE
        return tuple(one for one in self.functions if one.scope == "platform" or provincial)

    @property
    def provincial_functions(self) -> tuple[Function, ...]:
        """The functions that run once, at the province."""
        return tuple(one for one in self.functions if one.scope == "province")

    @cached_property
    def shared_links(self) -> tuple[Link, ...]:
        """The links of `network.yaml` and every platform's uplinks."""
        return (*self.network.links, *(uplink.link for uplink in self._uplinks))

    @cached_property
    def shared_devices(self) -> tuple[Device, ...]:
        """The devices of `network.yaml` with their ports on the platforms' uplinks."""
        ports = {device.name: [*device.interfaces] for device in self.network.devices}
        for uplink in self._uplinks:
            ports.get(uplink.device, []).append(uplink.port)
        return tuple(
            device.model_copy(update={"interfaces": tuple(ports[device.name])}) for device in self.network.devices
        )

    @cached_property
    def _uplinks(self) -> tuple[Uplink, ...]:
        by_code = sorted(self.platforms, key=lambda platform: platform.code)
        return tuple(uplink for platform in by_code for uplink in platform.uplinks)

    @cached_property
    def links(self) -> dict[str, Link]:
        """Every link by id."""
        every = (self.shared_links, *(platform.links for platform in self.platforms))
        return {link.id: link for links in every for link in links}

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Every device by name, shared ones first."""
        every = (self.shared_devices, *(platform.devices for platform in self.platforms))
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

    @cached_property
    def twins(self) -> dict[str, frozenset[str]]:
        """By device, those that take over for it: its pair, and for a name server the province's others."""
        servers = frozenset(self.network.name_servers.values())
        found = {name: servers - {name} for name in servers}
        for name, device in self.devices.items():
            for one, other in ((name, device.pair), (device.pair, name)) if device.pair else ():
                found[one] = found.get(one, frozenset()) | {other}
        return found

    @cached_property
    def held_regions(self) -> frozenset[str]:
        """Codes of the regions that the environment holds; its file may name a whole level."""
        found = set(self.environment.holds)
        for region in self.regions:
            if not region.successor and not region.valid_to and HELD_LEVELS[region.level] in found:
                found.add(region.code)
        return frozenset(found - set(HELD_LEVELS.values()))

    def holds(self, device: Device) -> bool:
        """Whether this environment really has the device; others are planned, rendered and deferred."""
        return device.region in self.held_regions
