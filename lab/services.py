"""How each program of the lab is started: ready-made services and the files they insist on.

Configuration texts are the caller's; what is here is only what every host of that kind needs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ipv6.querylog import install

from .spec import FileSpec, ServiceSpec

FRR_DAEMONS = ("zebra", "staticd", "ospfd", "ospf6d", "bgpd")
ZONE_SERVER = "/run/lab/zone_server.py"
_FRR = "/usr/lib/frr"


def frr_files(config: str, daemons: Sequence[str] = FRR_DAEMONS) -> tuple[FileSpec, ...]:
    """FRR's integrated configuration (`config`), and what vtysh and frr-reload want beside it."""
    switches = "".join(f"{name}={'yes' if name in daemons else 'no'}\n" for name in FRR_DAEMONS[2:])
    return (
        FileSpec("/run/frr/", mode=0o775, owner="frr:frr"),
        FileSpec("/var/log/frr/", mode=0o755, owner="frr:frr"),
        FileSpec("/etc/frr/", mode=0o755, owner="frr:frr"),
        FileSpec("/etc/frr/vtysh.conf", "service integrated-vtysh-config\n", 0o640, "frr:frrvty"),
        FileSpec("/etc/frr/daemons", switches, 0o640, "frr:frr"),
        FileSpec("/etc/frr/frr.conf", config, 0o640, "frr:frr"),
    )


def frr(daemons: Sequence[str] = FRR_DAEMONS) -> tuple[ServiceSpec, ...]:
    """The FRR daemons, one after the other, then the configuration read by vtysh."""
    started = tuple(
        ServiceSpec(name, (f"{_FRR}/{name}", "-d", "-A", "127.0.0.1"), mode="once", ready=f"file:/run/frr/{name}.vty")
        for name in daemons
    )
    return (*started, ServiceSpec("vtysh", ("vtysh", "-b"), mode="once"))


def nft() -> ServiceSpec:
    """Load /etc/nftables.conf."""
    return ServiceSpec("nftables", ("nft", "-f", "/etc/nftables.conf"), mode="once")


def nginx(ready_port: int = 80) -> ServiceSpec:
    """nginx in the foreground; `nginx -s reload` works on the host."""
    return ServiceSpec("nginx", ("nginx", "-g", "daemon off;"), ready=f"tcp:{ready_port}")


def knot(config: str = "/etc/knot/knot.conf") -> ServiceSpec:
    """knotd in the foreground."""
    return ServiceSpec("knotd", ("knotd", "-c", config), ready="udp:53")


def knot_files(config: str) -> tuple[FileSpec, ...]:
    """Knot's configuration and its writable folders."""
    return (
        FileSpec("/run/knot/", mode=0o750, owner="knot:knot"),
        FileSpec("/var/lib/knot/", mode=0o770, owner="knot:knot"),
        FileSpec("/etc/knot/knot.conf", config, 0o640, "root:knot"),
    )


def query_log_files() -> tuple[FileSpec, ...]:
    """The program that logs the questions to a name server, and where it writes."""
    return (
        FileSpec(f"{install.FOLDER}/", mode=0o750, owner="knot:knot"),
        FileSpec("/var/log/knot/", mode=0o750, owner="knot:adm"),
        FileSpec(install.PROGRAM, install.program(), 0o755),
    )


def query_log(megabytes: int) -> ServiceSpec:
    """It, before the server starts; `megabytes` bound its file."""
    return ServiceSpec("queries", install.argv(megabytes), ready=f"file:{install.SOCKET}", user="knot")


def unbound(config: str = "/etc/unbound/unbound.conf") -> ServiceSpec:
    """unbound in the foreground."""
    return ServiceSpec("unbound", ("unbound", "-d", "-p", "-c", config), ready="udp:53")


RESOLVER = """\
server:
    num-threads: 1
    username: "unbound"
    chroot: ""
    directory: "/etc/unbound"
    root-hints: "/etc/unbound/lab-root.hints"
    trust-anchor-file: "/etc/unbound/lab-root.key"
    unblock-lan-zones: yes
    msg-cache-size: 1m
    rrset-cache-size: 1m
    key-cache-size: 1m
    outgoing-range: 128
    # Short caches, so that a test sees a change soon.
    cache-max-ttl: 5
    cache-max-negative-ttl: 1
    infra-host-ttl: 2
    val-bogus-ttl: 1
include: "/etc/unbound/unbound.conf.d/jiyue.conf"
"""


def resolver_files() -> tuple[FileSpec, ...]:
    """Around the resolver's rendered include: the main file, which is the host's own, and where it writes its log."""
    return (
        FileSpec("/etc/unbound/unbound.conf", RESOLVER),
        FileSpec("/var/log/unbound/", mode=0o750, owner="unbound:adm"),
    )


def resolver() -> ServiceSpec:
    """It detaches itself: a changed listen address needs a restart by its operator, so the lab does not watch it."""
    return ServiceSpec("unbound", ("unbound", "-c", "/etc/unbound/unbound.conf"), mode="once", ready="udp:53")


def zone_server_files(zones: Sequence[tuple[str, str | None, Sequence[int]]]) -> tuple[FileSpec, ...]:
    """The zone server's program and its list of (zone, netns, TCP ports)."""
    listing = [{"zone": zone, "netns": netns, "ports": list(ports)} for zone, netns, ports in zones]
    program = Path(__file__).with_name("zone_server.py").read_text(encoding="utf-8")
    return (
        FileSpec(ZONE_SERVER, program, 0o755),
        FileSpec("/run/lab/zones.json", json.dumps(listing)),
    )


def zone_server() -> ServiceSpec:
    """One process that answers for every zone of the host."""
    argv = ("/usr/bin/python3", "-I", ZONE_SERVER, "/run/lab/zones.json", "/run/lab/zones.ready")
    return ServiceSpec("zones", argv, ready="file:/run/lab/zones.ready")
