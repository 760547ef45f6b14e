"""A lab of four hosts: two FRR routers over OSPF, a web server and a client at opposite ends."""

from __future__ import annotations

from lab.services import frr, frr_files, nginx
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec, RouteSpec

_NGINX = "events {}\nhttp { server { listen 80; location / { return 200 here; } } }\n"


def _router(number: int, lan: int) -> HostSpec:
    name = f"r{number}"
    config = "\n".join(
        [
            f"hostname {name}",
            # Interfaces before the router, so that the first hello already goes out with the short timers.
            "interface core",
            " ip ospf area 0",
            " ip ospf network point-to-point",
            " ip ospf dead-interval minimal hello-multiplier 4",
            " ip ospf retransmit-interval 1",
            "exit",
            "interface lan",
            " ip ospf area 0",
            " ip ospf passive",
            "exit",
            "router ospf",
            f" ospf router-id 10.0.0.{number}",
            "exit",
            "",
        ]
    )
    return HostSpec(
        name=name,
        mgmt4=f"192.168.240.{10 + number}/20",
        forward4=True,
        forward6=True,
        interfaces=(
            InterfaceSpec("core", "core", (f"10.0.0.{number}/30",)),
            InterfaceSpec("lan", f"lan{number}", (f"10.{lan}.0.1/24",)),
        ),
        files=frr_files(config),
        services=frr(),
    )


def spec(name: str = "small") -> LabSpec:
    """The lab; `name` only serves to make another spec of it."""
    web = HostSpec(
        name="web",
        mgmt4="192.168.240.21/20",
        interfaces=(
            InterfaceSpec("eth0", "lan1", ("10.1.0.2/24",)),
            InterfaceSpec("zone", "zone", ("10.9.0.1/24",)),
            InterfaceSpec("eth0", "zone", ("10.9.0.2/24", "3fff:10:9::2/64"), netns="dmz"),
        ),
        files=(FileSpec("/etc/nginx/nginx.conf", _NGINX),),
        services=(nginx(),),
        routes=(RouteSpec("default via 10.1.0.1"), RouteSpec("default via 10.9.0.1", netns="dmz")),
    )
    client = HostSpec(
        name="client",
        mgmt4="192.168.240.22/20",
        disable6=True,
        interfaces=(InterfaceSpec("eth0", "lan2", ("10.2.0.2/24",)),),
        routes=(RouteSpec("default via 10.2.0.1"),),
    )
    links = (LinkSpec("core"), LinkSpec("zone"), LinkSpec("lan1", "lan"), LinkSpec("lan2", "lan"))
    return LabSpec(name, (_router(1, 1), _router(2, 2), web, client), links)
