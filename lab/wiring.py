"""From a spec to veth pairs and bridges: `plan` is pure, `Wirer` makes them by netlink in the outer namespace."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyroute2 import IPRoute

from .spec import MGMT_CONTROLLER, MGMT_INTERFACE, LabSpec

MGMT_BRIDGE = "mgmt"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a veth pair inside a host (`netns` None: the host's own namespace)."""

    host: str
    netns: str | None
    name: str
    mac: str


@dataclass(frozen=True, slots=True)
class Port:
    """A host's end plus the bridge its other end is plugged into; isolated ports only reach the bridge itself."""

    bridge: str
    port: str
    end: End
    mtu: int = 1500
    isolated: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends joined back to back."""

    left: End
    right: End
    mtu: int = 1500


@dataclass(frozen=True, slots=True)
class Wiring:
    """All links of a lab, in a stable order."""

    bridges: tuple[tuple[str, int], ...]
    pairs: tuple[Pair, ...]
    ports: tuple[Port, ...]


def mac(host: str, netns: str | None, name: str) -> str:
    """A stable, locally administered unicast address, so that link-local addresses stay the same in every run."""
    raw = hashlib.sha256(f"{host}/{netns or ''}/{name}".encode()).digest()[:5]
    return ":".join(["02", *(f"{byte:02x}" for byte in raw)])


def plan(spec: LabSpec) -> Wiring:
    """The wiring of a checked spec: the management star, one pair per p2p link, one bridge per lan."""
    ends: dict[str, list[End]] = {link.name: [] for link in spec.links}
    for host in spec.hosts:
        for item in host.interfaces:
            address = item.mac or mac(host.name, item.netns, item.name)
            ends[item.link].append(End(host.name, item.netns, item.name, address))
    bridges: list[tuple[str, int]] = [(MGMT_BRIDGE, 1500)]
    pairs: list[Pair] = []
    ports = [
        Port(MGMT_BRIDGE, f"m{n}", End(h.name, None, MGMT_INTERFACE, mac(h.name, None, MGMT_INTERFACE)), isolated=True)
        for n, h in enumerate(spec.hosts)
    ]
    for number, link in enumerate(spec.links):
        joined = ends[link.name]
        if link.kind == "p2p":
            pairs.append(Pair(joined[0], joined[1], link.mtu))
            continue
        bridges.append((f"b{number}", link.mtu))
        ports += [Port(f"b{number}", f"b{number}p{n}", end, link.mtu) for n, end in enumerate(joined)]
    return Wiring(tuple(bridges), tuple(pairs), tuple(ports))


class Wirer:
    """Makes links; `open_netns(host, netns)` returns an open file descriptor of that namespace."""

    def __init__(self, open_netns: Callable[[str, str | None], int]) -> None:
        self._open = open_netns

    def make(self, wiring: Wiring) -> None:
        """Create every bridge, port and pair; the hosts find their interfaces down and without addresses."""
        conf = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")
        if conf.exists():  # the outer namespace only switches frames
            conf.write_text("1")
        with IPRoute() as ipr:
            ipr.link("set", index=1, state="up")
            index: dict[str, int] = {}
            for name, mtu in wiring.bridges:
                ipr.link("add", ifname=name, kind="bridge", mtu=mtu, br_stp_state=0, br_mcast_snooping=0)
                index[name] = ipr.link_lookup(ifname=name)[0]
                ipr.link("set", index=index[name], state="up")
            ipr.addr("add", index=index[MGMT_BRIDGE], address=MGMT_CONTROLLER, prefixlen=20)
            for pair in wiring.pairs:
                peer = self._attributes(pair.right, pair.mtu)
                ipr.link("add", kind="veth", peer=peer, **self._attributes(pair.left, pair.mtu))
            for port in wiring.ports:
                peer = self._attributes(port.end, port.mtu)
                ipr.link("add", kind="veth", ifname=port.port, mtu=port.mtu, peer=peer)
                number = ipr.link_lookup(ifname=port.port)[0]
                ipr.link("set", index=number, master=index[port.bridge], state="up")
                if port.isolated:
                    ipr.brport("set", index=number, isolated=1)

    def _attributes(self, end: End, mtu: int) -> dict[str, str | int]:
        fd = self._open(end.host, end.netns)
        return {"ifname": end.name, "address": end.mac, "mtu": mtu, "net_ns_fd": fd}
