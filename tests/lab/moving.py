"""A lab of five hosts for moves: the province's name servers, an old host, a new one, a client with both families."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

from inventory.legacy import OldHost, OldSite
from inventory.model import Inventory
from inventory.source import load
from jiyue.dns.channel import Channels
from jiyue.dns.key import load_key
from jiyue.dns.publisher import OctoPublisher
from jiyue.moving.flow import Mover, migrate
from jiyue.moving.hands import Hands
from jiyue.moving.model import KIND, Move, Vantages
from jiyue.moving.names import Publisher
from jiyue.probe.ssh import ssh
from jiyue.store.part import utc_now
from jiyue.store.store import open_store
from jiyue.workflow.moving import LIBRARY, Shelf
from lab import runtime
from lab.ca import SiteCa
from lab.ready import wait
from lab.scene import scene
from lab.scene_devices import NGINX
from lab.scene_internet import CA_FILES, LAN
from lab.scene_old import old_host
from lab.scene_ready import ready_checks
from lab.services import nginx
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LinkSpec, ServiceSpec

ROOT = Path(__file__).parents[2]
SITES = ("tyj.changsha.gov.cn", "lyj.changsha.gov.cn", "tjj.changsha.gov.cn")
NEW4, NEW6 = "198.19.0.80", "3fff:ff0:ffff::80"
MOVE = Move(
    site=SITES[0], unit="长沙市体育局", platform="changsha", zone="changsha.gov.cn.", old="old", old4="198.19.0.50",
    new="new", address4=NEW4, address6=NEW6, server="ns1", ttl=300, low=60, wait=0,
    vantages=Vantages("client", "client"),
)  # fmt: skip


@dataclass
class Ground:
    """The lab that is up."""

    folder: Path
    publisher: Publisher
    shelf: Shelf

    @property
    def config(self) -> Path:
        return self.folder / "ssh_config"

    def mover(self, **words: object) -> Mover:
        made = Mover(Hands(self.config), self.publisher, self.shelf, lambda move: [], utc_now, quiet=0.1)
        return replace(made, **words)  # type: ignore[arg-type]

    def on(self, host: str, command: str) -> str:
        reply = ssh(self.config, host, command)
        assert not reply.problem and reply.code == 0, (host, command, reply)
        return reply.out.decode()

    def forget(self) -> None:
        """The store knows nothing of the site."""
        for kind in (KIND, LIBRARY):
            self.shelf.store.forget_results(kind, [MOVE.site])

    def client(self, command: str) -> str:
        return self.on("client", command)


@contextmanager
def up(folder: Path, prepare: Callable[[str], None] = lambda text: None) -> Iterator[Ground]:
    """Bring it up in `folder` and take it down again."""
    inventory = load(ROOT / "inventory" / "hunan", "lab")
    whole = scene(inventory, folder)
    ca = SiteCa(folder / "ca")
    pairs = {name: ca.server(name, [name]) for name in SITES}
    sites = tuple(OldSite(name=name, title="老网站", owner="长沙市体育局") for name in SITES)
    old = OldHost(name="old", mgmt4=IPv4Address("192.168.248.50"), address4=IPv4Address("198.19.0.50"), sites=sites)
    servers = tuple(
        replace(host, interfaces=tuple(replace(port, link=LAN) for port in host.interfaces), routes=())
        for host in whole.hosts
        if host.name in ("ns1", "ns2")
    )
    aged = old_host(old, pairs)
    hosts = (*servers, replace(aged, routes=()), _new(), _client(servers[0], ca.certificate))
    runtime.up(replace(whole, name="moving", hosts=hosts, links=(LinkSpec(LAN, "lan"),), control_plane=None), folder)
    try:
        wait(folder, [check for check in ready_checks(inventory) if check.host in ("ns1", "ns2")])
        with reached(folder, inventory) as ground:
            yield ground
    finally:
        runtime.down(folder)


@contextmanager
def reached(folder: Path, inventory: Inventory) -> Iterator[Ground]:
    """The lab that is up already, with the store in its folder."""
    with Channels(folder / "ssh_config") as reach:
        key, store = load_key(folder / "dns" / "update.secret", {}), open_store(folder / "store.db")
        yield Ground(folder, OctoPublisher(reach, key, inventory.limits, {"ns1": ("ns2",)}), Shelf(store))


def _new() -> HostSpec:
    edge = "server { listen 80 default_server; return 404; }\n"
    return HostSpec(
        name="new",
        mgmt4="192.168.248.80/20",
        interfaces=(InterfaceSpec("eth0", LAN, (f"{NEW4}/24", f"{NEW6}/64")),),
        files=(
            FileSpec("/etc/nginx/nginx.conf", NGINX),
            FileSpec("/etc/nginx/jiyue.conf", edge),
            FileSpec("/srv/tiny/"),
        ),
        services=(
            ServiceSpec("tiny", ("mount", "-t", "tmpfs", "-o", "size=64k", "tiny", "/srv/tiny"), mode="once"),
            nginx(),
        ),
    )


def _client(server: HostSpec, ca: str) -> HostSpec:
    """Asks the primary directly, as a resolver without a cache would."""
    (address,) = (one.split("/")[0] for one in server.interfaces[0].addresses if ":" not in one)
    own = f"{address.rpartition('.')[0]}.250/24"
    return HostSpec(
        name="client",
        mgmt4="192.168.248.81/20",
        interfaces=(InterfaceSpec("eth0", LAN, ("198.19.0.81/24", own, "3fff:ff0:ffff::81/64")),),
        files=(
            FileSpec("/etc/resolv.conf", f"nameserver {address}\noptions timeout:2 attempts:3\n"),
            *(FileSpec(path, ca) for path in CA_FILES),
        ),
    )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    with reached(place, load(ROOT / "inventory" / "hunan", "lab")) as found:
        migrate(found.mover(), MOVE)
