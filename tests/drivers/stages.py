"""Hosts on which the real software runs in its day-0 state, for whoever needs one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ipv6.drivers import registry
from ipv6.querylog import install
from tests.drivers import samples
from tests.drivers.sandbox import Sandbox

CONF, INCLUDE, TABLE = "/etc/knot/knot.conf", "/etc/nginx/jiyue.conf", "inet jiyue"
NGINX = "pid /run/nginx.pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; include /etc/nginx/jiyue.conf; }\n"
KEY = "key:\n  - id: transfer\n    algorithm: hmac-sha256\n    secret: c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\n"
ZONE = (
    "$ORIGIN {zone}.\n$TTL 300\n@ SOA ns1 host 1 3600 600 86400 300\n@ NS ns1\nns1 A 198.18.1.21\nwww A 198.18.1.10\n"
)
ZONES = ("example.gov.cn", "hunan.gov.cn")


def texts(dual: bool) -> dict[tuple[str, str], str]:
    """The objects of the combined host: site host, name server and zone server in one, and a firewall's table."""
    lines = "".join(
        registry.driver("linux").render(make(dual))["network"]
        for make in (samples.site_host, samples.name_server, samples.zone_host)
    )
    return {
        ("linux", "network"): registry.driver("linux").normalise(lines),
        ("nftables", TABLE): registry.driver("nftables").render(samples.firewall(dual))[TABLE],
        ("nginx", INCLUDE): registry.driver("nginx").render(samples.site_host(dual))[INCLUDE],
        ("knot", CONF): registry.driver("knot").render(samples.name_server(dual))[CONF],
    }


BASE, INTENDED = texts(False), texts(True)
RESOLVER = "/etc/unbound/unbound.conf.d/jiyue.conf"
RESOLVER_BASE, RESOLVER_INTENDED = (
    registry.driver("unbound").render(samples.resolver(dual))[RESOLVER] for dual in (False, True)
)
UNBOUND = (
    'server:\n    username: "unbound"\n    chroot: ""\n    directory: "/etc/unbound"\n'
    f'    trust-anchor-file: "/etc/unbound/test.key"\ninclude: "{RESOLVER}"\n'
)
ANCHOR = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
ROUTER = "running-config"
ROUTER_BASE, ROUTER_INTENDED = (registry.driver("frr").render(samples.router(dual))[ROUTER] for dual in (False, True))


@contextmanager
def frr() -> Iterator[Sandbox]:
    """A router with FRR's daemons, IPv4 only."""
    with Sandbox("pe-one") as host:
        host.links("to-core", "to-fw", "to-provider")
        host.must("echo 1 > /proc/sys/net/ipv4/ip_forward")
        host.write("/etc/frr/frr.conf", ROUTER_BASE)
        host.write("/etc/frr/vtysh.conf", "service integrated-vtysh-config\n")
        host.must("chown -R frr:frr /etc/frr")
        for daemon in ("zebra", "staticd", "ospfd", "ospf6d", "bgpd"):
            host.must(f"/usr/lib/frr/{daemon} -d -A 127.0.0.1 >/dev/null 2>&1")
        host.must("vtysh -b")
        yield host


def query_log(host: Sandbox, megabytes: int = 100, reserve: int = 0) -> None:
    """The program that logs questions, running; a sandbox may stand on a disk that is nearly full."""
    host.write(install.PROGRAM.replace("/usr/local/lib", "/etc"), install.program())
    words = [*install.argv(megabytes)[:-1], str(reserve)]
    command = " ".join(words).replace("/usr/local/lib", "/etc")
    host.must(
        f"rm -f {install.SOCKET}; install -d -o knot -g knot {install.FOLDER}; install -d -o knot -g adm /var/log/knot"
    )
    host.must(
        f"setpriv --reuid knot --regid knot --init-groups {command} >/dev/null 2>/run/queries.err &"
        " echo $! >/run/queries.pid"
    )
    host.must(
        f"for i in $(seq 200); do test -S {install.SOCKET} && exit 0; sleep 0.05; done; cat /run/queries.err; exit 1"
    )


@contextmanager
def unbound() -> Iterator[Sandbox]:
    """A resolver, IPv4 only; its addresses of both families are there."""
    with Sandbox("resolver") as host:
        host.links("dmz")
        host.must("ip addr add 198.18.1.23/24 dev dmz && ip addr add 3fff:ff1:100:1000::23/64 dev dmz nodad")
        host.write("/etc/unbound/unbound.conf", UNBOUND)
        host.write("/etc/unbound/test.key", ANCHOR)
        host.write(RESOLVER, RESOLVER_BASE)
        host.must("install -d -o unbound /var/log/unbound && unbound -c /etc/unbound/unbound.conf")
        yield host


@contextmanager
def combined() -> Iterator[Sandbox]:
    """Site host, name server, zone server and firewall in one, IPv4 only."""
    with Sandbox("combined") as host:
        host.must("ip netns add app")
        host.links("dmz", "lan")
        host.must("ip link set lan netns app name app && ip -n app link set app up && ip -n app link set lo up")
        host.must("ip addr add 198.18.1.10/24 dev dmz && ip addr add 198.18.1.11/32 dev dmz")
        host.must("ip addr add 198.18.1.21/24 dev dmz && ip addr add 198.18.1.22/32 dev peer0")
        host.must("ip addr del 198.18.1.22/32 dev peer0 && ip route add default via 198.18.1.1")
        host.must("ip -n app addr add 10.2.16.10/24 dev app && ip -n app route add default via 10.2.16.1")
        host.must("nft -f -", BASE["nftables", TABLE])
        for site in ("www", "jyj"):
            name = f"{site}.example.gov.cn"
            host.must(
                f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -days 2"
                f" -keyout /etc/jiyue/tls/{name}.key -out /etc/jiyue/tls/{name}.crt 2>/dev/null"
            )
            host.write(f"/srv/sites/{name}/index.html", f"this is {name}\n")
        host.write("/etc/nginx/nginx.conf", NGINX)
        host.write(INCLUDE, BASE["nginx", INCLUDE])
        host.must("nginx >/dev/null 2>&1")
        host.write(CONF, BASE["knot", CONF])
        host.write("/etc/knot/transfer.key", KEY)
        host.write("/etc/knot/update.key", KEY.replace("transfer", "jiyue-update"))
        for zone in ZONES:
            host.write(f"/var/lib/knot/{zone}.zone", ZONE.format(zone=zone))
        host.must("chown -R knot:knot /etc/knot /var/lib/knot")
        query_log(host)
        host.must("knotd -d -c /etc/knot/knot.conf")
        host.must("until knotc zone-status hunan.gov.cn. 2>/dev/null | grep -q 'serial: [0-9]'; do sleep 0.05; done")
        yield host
