"""Two throw-away hosts with an operator behind a gateway: a router (FRR) and a firewall (iproute2 and nftables)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ipv6.change.model import Section
from ipv6.drivers import registry
from tests.drivers import samples
from tests.drivers.sandbox import Sandbox

FRR, TABLE, NETWORK = ("frr", "running-config"), ("nftables", "inet jiyue"), ("linux", "network")
Objects = Mapping[tuple[str, str], str]
_WAY_IN = """\
touch /run/operator && unshare --net=/run/operator true
ip link add way type veth peer name far netns /run/operator
ip link set way up
nsenter --net=/run/operator ip link set lo up; nsenter --net=/run/operator ip link set far up
nsenter --net=/run/operator ip addr add 10.8.0.9/32 dev lo
nsenter --net=/run/operator ip addr add 10.9.0.1/24 dev far
nsenter --net=/run/operator ip route replace 10.9.0.2/32 dev far src 10.8.0.9
mkdir -p /run/sshd && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/test_key
/usr/sbin/sshd -f /dev/null -h /etc/ssh/test_key -oUsePAM=no
"""
ASK = "nsenter --net=/run/operator timeout 1 bash -c 'exec 3<>/dev/tcp/10.9.0.2/22; head -c 4 <&3'"
"""What the operator does to see whether the way in is open: SSH has to say its name."""
_KERNEL = """\
for family in 4 6; do ip -$family -o addr; ip -$family route; done
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
"""
_FILES = {
    "frr": "cat /etc/frr/frr.conf; vtysh -c 'show running-config'",
    "linux": "cat /etc/jiyue/* 2>/dev/null; cat /etc/nftables.conf; nft list table inet jiyue",
}
_MANAGED = '\t\tiifname "mgmt0" tcp dport 22 accept\n'
_PASSING = re.compile(r" (?:linkdown|dead|nhid \d+|valid_lft \S+ preferred_lft \S+|tentative|temporary|dynamic)")


def start(kind: str, host: Sandbox) -> None:
    """Bring the started sandbox to the base of its kind, daemons and all."""
    host.must(_WAY_IN)
    base = texts(kind, "base")
    if kind == "frr":
        host.links("to-core", "to-fw", "to-provider")
        host.must("echo 1 > /proc/sys/net/ipv4/ip_forward")
        host.write("/etc/frr/frr.conf", base[FRR])
        host.write("/etc/frr/vtysh.conf", "service integrated-vtysh-config\n")
        host.must("chown -R frr:frr /etc/frr")
        for daemon in ("zebra", "staticd", "ospfd", "ospf6d", "bgpd"):
            host.must(f"/usr/lib/frr/{daemon} -d -A 127.0.0.1 >/dev/null 2>&1")
        host.must("vtysh -b && vtysh -c 'write memory'")
    else:
        host.links("dmz", "app", "data", "exchange", "outside")
        host.must("ip addr add 10.9.0.2/24 dev way && ip route add default via 10.9.0.1 proto static")
        host.write("/etc/nftables.conf", base[TABLE])
        host.must("nft -f /etc/nftables.conf")
    assert host.run(ASK).stdout == "SSH-", f"the operator does not reach {kind}"


def texts(kind: str, change: str) -> Objects:
    """The objects of a host of that kind: `base`, a `good` dual-stack change, or one that locks the operator out."""
    dual = change != "base"
    if kind == "frr":
        return {FRR: registry.driver("frr").normalise(_router(dual, change))}
    lines = f"addr way 10.9.0.{3 if change == 'address' else 2}/24\n"
    lines += "" if change == "route" else "route 0.0.0.0/0 via 10.9.0.1\n"
    lines += "addr way 3fff:10:9::2/64\naddr dmz 3fff:ff1:100:1000::1/64\nroute ::/0 via 3fff:10:9::1\n" if dual else ""
    table = registry.driver("nftables").render(samples.firewall(dual))[TABLE[1]]
    if change != "filter":
        table = table.replace(_MANAGED, f'{_MANAGED}\t\tiifname "way" tcp dport 22 accept\n')
    return {
        NETWORK: registry.driver("linux").normalise(lines),
        TABLE: registry.driver("nftables").normalise(table),
    }


def _router(dual: bool, change: str) -> str:
    text = registry.driver("frr").render(samples.router(dual))[FRR[1]]
    way = "interface way\n ip address 10.9.0.2/24\nexit\n" if change != "address" else ""
    if dual:
        way = (way.removesuffix("exit\n") or "interface way\n") + " ipv6 address 3fff:10:9::2/64\nexit\n"
    routes = "" if change == "route" else "ip route 0.0.0.0/0 10.9.0.1\n"
    routes += "ip route 10.8.0.9/32 blackhole\n" if change == "filter" else ""
    return text + routes + way


def sections(kind: str, change: str) -> list[Section]:
    """The change from the base, as the controller would send it."""
    base, intended = texts(kind, "base"), texts(kind, change)
    return [registry.section(*key, base[key], intended[key]) for key in base]


def picture(kind: str, host: Sandbox) -> tuple[str, str]:
    """All of the host's configuration: texts byte for byte, and what the kernel says, sorted and without moments."""
    written = host.must(f"{_FILES[kind]} || true")
    kernel = [_PASSING.sub("", line).strip() for line in host.must(_KERNEL).splitlines()]
    return written, "\n".join(sorted(kernel))


def root(host: Sandbox) -> Path:
    """The host's files, seen from outside."""
    return Path(f"/proc/{host.process}/root")
