"""The hosts as data: what every contestant knows of them, and the lab that brings them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lab.services import frr, frr_files, nginx
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec, RouteSpec, ServiceSpec

HOSTS, ROUTERS = 120, 30
PORT = "dmz"
MAIN = """\
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events { worker_connections 64; }
http { access_log off; include /etc/nginx/jiyue.conf; }
"""


@dataclass(frozen=True, slots=True)
class Light:
    """One host of a pair joined by a wire; the variables of its templates have these names."""

    name: str
    number: int
    router: bool
    address4: str
    address6: str
    far4: str
    far6: str
    loopback4: str
    loopback6: str
    far_loopback4: str
    far_loopback6: str

    @property
    def variables(self) -> Mapping[str, object]:
        """What the templates see; `name` is a word of the peers' own, so it is `host` there."""
        found = asdict(self)
        return {"host": found.pop("name"), **found}


def hosts(count: int = HOSTS, routers: int = ROUTERS) -> tuple[Light, ...]:
    """Pairs of hosts, the routers first; both counts even."""
    return tuple(_light(number, number < routers) for number in range(count))


def _light(number: int, router: bool) -> Light:
    pair, side = divmod(number, 2)
    pair += 1  # a zero word would be spelled in another way
    mine, far = side + 1, 2 - side
    return Light(
        name=f"{'router' if router else 'site'}-{number:03d}",
        number=number,
        router=router,
        address4=f"198.18.{pair}.{mine}",
        address6=f"3fff:ff1:0:{pair:x}::{mine}",
        far4=f"198.18.{pair}.{far}",
        far6=f"3fff:ff1:0:{pair:x}::{far}",
        loopback4=f"10.255.{pair}.{mine}",
        loopback6=f"3fff:10::{pair:x}:{mine}",
        far_loopback4=f"10.255.{pair}.{far}",
        far_loopback6=f"3fff:10::{pair:x}:{far}",
    )


def lab(found: tuple[Light, ...], base: Mapping[str, Mapping[str, str]]) -> LabSpec:
    """The lab in its base state; `base` holds the texts by host and file."""
    links = tuple(LinkSpec(f"wire{number:03d}") for number in range(0, len(found), 2))
    return LabSpec("light", tuple(_host(one, base[one.name]) for one in found), links)


def _host(one: Light, texts: Mapping[str, str]) -> HostSpec:
    files = [FileSpec(path, text) for path, text in texts.items() if path != "/etc/frr/frr.conf"]
    files.append(FileSpec("/etc/nginx/nginx.conf", MAIN))
    routing = frr() if one.router else ()
    if one.router:
        files += frr_files(texts["/etc/frr/frr.conf"])
    return HostSpec(
        name=one.name,
        mgmt4=f"192.168.{240 + (one.number + 10) // 250}.{(one.number + 10) % 250 + 1}/20",
        forward4=True,
        forward6=True,
        interfaces=(
            InterfaceSpec(PORT, f"wire{one.number // 2 * 2:03d}", () if one.router else (f"{one.address4}/24",)),
        ),
        files=tuple(files),
        services=(ServiceSpec("nftables", ("nft", "-f", "/etc/jiyue/nftables.conf"), mode="once"), *routing, nginx(80)),
        routes=() if one.router else (RouteSpec(f"198.19.0.0/16 via {one.far4} proto static"),),
    )
