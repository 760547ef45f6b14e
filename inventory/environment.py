"""Where a run happens: `env/<name>.yaml` (design decision 12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from inventory.fields import Code, Driver, Frozen, Title, Word
from inventory.types import Address4, Address6, Flag, Nibbles6, Octets4, Prefix4, Prefix6, Whole
from inventory.vocab import Level, Plane


class Block(Frozen):
    """A received IPv6 block; one of the profile's whole size is cut into planes by `index`, else it is one plane.

    A plane has one block without `id`; further ones have an id, are filled in the order of their ids, and may be
    bound to `regions` (a city's own provider space), which then come first in it; a city brings its counties.
    """

    plane: Plane
    prefix: Prefix6
    index: Whole = Field(default=0, ge=0, le=15)
    id: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,39})?$", description="small letters, digits, hyphens")] = ""
    regions: tuple[Code, ...] = ()
    source: str


class ControlPlane(Frozen):
    """Loopback ports of the local control plane."""

    apiserver: Whole = Field(ge=1024, le=65535)
    etcd_client: Whole = Field(ge=1024, le=65535)
    etcd_peer: Whole = Field(ge=1024, le=65535)
    controller_manager: Whole = Field(default=11257, ge=1024, le=65535)
    scheduler: Whole = Field(default=11259, ge=1024, le=65535)
    kwok: Whole = Field(default=11247, ge=1024, le=65535)

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port that the control plane binds on 127.0.0.1."""
        return (self.apiserver, self.etcd_client, self.etcd_peer, self.controller_manager, self.scheduler, self.kwok)


PortName = Annotated[str, Field(pattern=r"^[A-Za-z0-9./-]{1,32}$", description="an interface name")]


ClassName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", description="the name of a GatewayClass in the cluster"),
]


class Management(Frozen):
    """The way to the devices that no change may touch: their management port and the networks of that way.

    `ports` are names of that port where the devices of a driver call it otherwise, by driver.
    """

    port: PortName
    networks: tuple[Prefix4, ...] = Field(min_length=1)
    ports: dict[Driver, PortName] = Field(default_factory=dict)

    def port_of(self, drivers: Iterable[str]) -> str:
        """What a device with these drivers calls its management port."""
        return next((self.ports[name] for name in drivers if name in self.ports), self.port)


HELD_LEVELS = {Level.PROVINCE: "province", Level.CITY: "cities", Level.COUNTY: "counties"}
"""Words that stand for every region in force of a level in `holds`."""


class Environment(Frozen):
    """Where a run happens: `env/<name>.yaml` (design decision 12)."""

    name: Word
    title: Title
    kind: Literal["lab", "field"]
    holds: tuple[str, ...]
    blocks: tuple[Block, ...]
    ssh_user: str = Field(default="root", pattern=r"^[a-z_][a-z0-9_-]{0,31}$", description="a user name")
    store: str = ""
    state: str = ""
    """Where the stacks' states are: a backend URL of Pulumi (postgres://, s3://); empty: files below var."""
    context: str = ""
    contexts: dict[Word, str] = Field(default_factory=dict)
    """Kubeconfig contexts of platforms that do not share the one in `context`, by platform."""
    metrics: tuple[str, ...] = ()
    """Those of the contexts whose clusters serve metrics.k8s.io, so that functions may be scaled by load there."""
    gateway_class: ClassName = "jiyue"
    """GatewayClass of the platforms' Gateways, by what is installed in their clusters; a stack may name another."""
    parent: str = ""
    """SSH name of the server that takes delegation changes of `gov.cn`; empty: listed for the registrar by hand."""
    parent4: tuple[Address4, ...] = ()
    parent6: tuple[Address6, ...] = ()
    """Addresses of the parent's servers: a new key of a zone is used once all of them have its DS."""
    reverse4: tuple[Octets4, ...] = ()
    reverse6: tuple[Nibbles6, ...] = ()
    """Prefixes whose reverse zones are delegated to the province's own name servers."""
    ttl_wait: Whole | None = Field(default=None, ge=0, le=86400)
    """Seconds to wait at most for an old record set to leave the resolvers (labs only); else its whole old TTL."""
    control_plane: ControlPlane | None = None
    calendar: str = ""
    management: Management | None = None
    """How devices are reached out of band; without it no apply can prove that its own path is safe."""
    soak: Annotated[Whole, Field(ge=0, le=7 * 86400)] | None = None
    """Seconds that take the place of every wave's own, in a lab without users."""
    attended: Flag = True
    """Whether a person is there to say that a rollout may go on after a pause."""

    def context_of(self, platform: str) -> str:
        """The kubeconfig context that reaches a platform's cluster."""
        return self.contexts.get(platform, self.context)

    def measures(self, platform: str) -> bool:
        """Whether the platform's cluster is said to serve metrics; whether it does is asked before an `up`."""
        return self.context_of(platform) in self.metrics
