"""What a lab is, as one frozen value: hosts, links, files, services and an optional control plane.

`LabSpec` is built by the caller, stored as JSON, hashed, and read by the supervisor. It holds no secret and
no clock. Consistency rules are in `lab.check`; a spec is only started after `lab.check.problems` found
nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

MGMT_INTERFACE = "mgmt0"
MGMT_NETWORK = "192.168.240.0/20"
MGMT_CONTROLLER = "192.168.240.1"
HOST_ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class InterfaceSpec:
    """One data interface of a host, joined to the link named `link`.

    `addresses` are CIDR strings of both families ("10.1.0.1/30", "3fff:10::1/64"). With `netns` the interface
    lives in that named namespace inside the host (`/run/netns/<netns>` as the host sees it), otherwise in the
    host's own.
    """

    name: str
    link: str
    addresses: tuple[str, ...] = ()
    netns: str | None = None
    mac: str | None = None
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file that exists before the first service starts; a `path` that ends in "/" is a directory (text
    stays empty).

    `owner` is "user" or "user:group", names as on the machine. Parents that are missing are made with mode
    0755.
    """

    path: str
    text: str = ""
    mode: int = 0o644
    owner: str = "root:root"
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A process of a host, started in the order of the spec; the next one starts when this one is ready.

    `mode` "run" keeps `argv` as a supervised foreground process; "once" waits for exit status 0 (one-shots,
    and daemons that detach themselves). `ready` is "tcp:PORT", "udp:PORT" (something listens there) or
    "file:PATH" (exists); it is looked for `timeout` seconds at most. `netns` runs it in a named namespace of
    the host.
    """

    name: str
    argv: tuple[str, ...]
    mode: Literal["run", "once"] = "run"
    ready: str | None = None
    netns: str | None = None
    user: str | None = None
    timeout: float = 20.0
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """A static route in iproute2 words, e.g. "default via 10.1.0.1" or "3fff:10::/28 via 3fff:10::1"."""

    words: str
    netns: str | None = None
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class HostSpec:
    """One host: own network, mount, pid and uts namespaces over a throw-away copy of the machine's root.

    `mgmt4` is its address on the management bridge ("192.168.240.10/20"). Every host runs sshd on it.
    `forward4` and `forward6` switch forwarding on in the host and all its named namespaces. `disable6`
    removes IPv6 altogether; `disable4` promises that no data interface has IPv4 (checked), the management
    link being the only exception. `netns` names extra namespaces beyond those that interfaces mention. A `node` host
    runs real pods: it sees the machine's control groups and gets the programs, images and keys of a Kubernetes node.
    """

    name: str
    mgmt4: str
    forward4: bool = False
    forward6: bool = False
    disable4: bool = False
    disable6: bool = False
    interfaces: tuple[InterfaceSpec, ...] = ()
    files: tuple[FileSpec, ...] = ()
    services: tuple[ServiceSpec, ...] = ()
    routes: tuple[RouteSpec, ...] = ()
    netns: tuple[str, ...] = ()
    node: bool = False
    __pydantic_config__ = _STRICT

    def namespaces(self) -> tuple[str, ...]:
        """All named namespaces of this host, in order of first mention."""
        return tuple(dict.fromkeys([*self.netns, *(i.netns for i in self.interfaces if i.netns)]))


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """A link: "p2p" is one veth pair between exactly two interfaces, "lan" a bridge with any number of
    them.
    """

    name: str
    kind: Literal["p2p", "lan"] = "p2p"
    mtu: int = 1500
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A Kubernetes node with one pod range per family: simulated (KWOK), or `real` on the host of the same name.

    With `dedicated` only pods that tolerate jiyue/platform=`dedicated` are placed on it.
    """

    name: str
    pod_cidrs: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    real: bool = False
    dedicated: str = ""
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class ServiceCidrSpec:
    """A further ServiceCIDR object (networking.k8s.io/v1), one range per family."""

    name: str
    cidrs: tuple[str, ...]
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class ControlPlaneSpec:
    """The local Kubernetes control plane; every port is bound to 127.0.0.1 of the machine only.

    `service_cidrs` is the default dual-stack service range (IPv4 first). It knows the Gateway API and one class of
    Gateways, `gateway_class`, that no controller serves; a cluster without the API when that is empty.
    """

    service_cidrs: tuple[str, ...]
    nodes: tuple[NodeSpec, ...] = ()
    extra_service_cidrs: tuple[ServiceCidrSpec, ...] = ()
    gateway_class: str = "jiyue"
    etcd_port: int = 12379
    etcd_peer_port: int = 12380
    apiserver_port: int = 16443
    controller_manager_port: int = 11257
    scheduler_port: int = 11259
    kwok_port: int = 11247
    __pydantic_config__ = _STRICT

    def ports(self) -> dict[str, int]:
        """Every port that is going to be bound on 127.0.0.1, by the component that binds it."""
        return {
            "etcd": self.etcd_port,
            "etcd-peer": self.etcd_peer_port,
            "kube-apiserver": self.apiserver_port,
            "kube-controller-manager": self.controller_manager_port,
            "kube-scheduler": self.scheduler_port,
            "kwok": self.kwok_port,
        }


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """A name under which real nodes know the stand-in image, and its environment."""

    name: str
    env: tuple[tuple[str, str], ...] = ()
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class LabSpec:
    """The whole lab. Equal specs have equal digests, whatever process built them."""

    name: str
    hosts: tuple[HostSpec, ...] = ()
    links: tuple[LinkSpec, ...] = ()
    control_plane: ControlPlaneSpec | None = None
    images: tuple[ImageSpec, ...] = ()
    __pydantic_config__ = _STRICT

    def host(self, name: str) -> HostSpec:
        """The host of that name; KeyError when there is none."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no white space to speak of, UTF-8 kept."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str | bytes) -> LabSpec:
        """Read what `to_json` wrote; pydantic.ValidationError for unknown keys or wrong types."""
        return _ADAPTER.validate_json(text)

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


_ADAPTER: TypeAdapter[LabSpec] = TypeAdapter(LabSpec)
