"""Replays routing cases on FRR: the world's core, routers and provider with real daemons, tables compared."""

from __future__ import annotations

import ipaddress
import json
import random
import time

from ipv6.drivers import registry
from ipv6.precheck.judge import network_of
from ipv6.precheck.rib import tables
from tests.drivers.sandbox import Sandbox
from tests.unit.precheck.mistakes import Change, mistake
from tests.unit.precheck.world import World

KEY = ("frr", "running-config")
DAEMONS = ("zebra", "staticd", "ospfd", "ospf6d", "bgpd")
Table = dict[tuple[str, int, str], frozenset[str]]
"""Ports by (node, family, prefix); none for a blackhole."""
PROVIDER = """\
interface province
 ip address 198.19.255.0/31
 ipv6 address 3fff:ff0:0:1::2/127
exit
router bgp 65500
 bgp router-id 198.19.0.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 198.19.255.1 remote-as 64512
 neighbor 198.19.255.1 timers connect 1
 neighbor 3fff:ff0:0:1::3 remote-as 64512
 neighbor 3fff:ff0:0:1::3 timers connect 1
 address-family ipv4 unicast
  neighbor 198.19.255.1 activate
  neighbor 198.19.255.1 default-originate
 exit-address-family
 address-family ipv6 unicast
  neighbor 3fff:ff0:0:1::3 activate
  neighbor 3fff:ff0:0:1::3 default-originate
 exit-address-family
exit
"""


class Routers:
    """The routers of a world whose platforms all run FRR, each in a network namespace of the sandbox."""

    def __init__(self, host: Sandbox, world: World) -> None:
        self.host, self.world = host, world
        self.names = ["core", *(site.router for site in world.sites)]
        self.texts = {name: world.after[name][KEY] for name in self.names}
        lines = ["set -e"]
        for name in (*self.names, "inet"):
            lines += [
                f"ip netns add {name}",
                f"ip -n {name} link set lo up",
                f"mkdir -p /run/frr/{name} /etc/frr/{name} && chown frr:frr /run/frr/{name} /etc/frr/{name}",
                f"ip netns exec {name} sh -c 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad;"
                f" echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'",
            ]
        for site in world.sites:
            lines.append(f"ip link add to-{site.name} netns core type veth peer name to-core netns {site.router}")
            lines.append(f"ip -n core link set to-{site.name} up && ip -n {site.router} link set to-core up")
            lines.append(f"ip link add to-fw netns {site.router} type veth peer name far{site.number}")
            lines.append(f"ip -n {site.router} link set to-fw up && ip link set far{site.number} up")
        lines.append("ip link add to-inet netns pe1 type veth peer name province netns inet")
        lines.append("ip -n pe1 link set to-inet up && ip -n inet link set province up")
        for name in (*self.names, "inet"):
            for daemon in DAEMONS:
                lines.append(f"ip netns exec {name} /usr/lib/frr/{daemon} -d -N {name} -A 127.0.0.1 >/dev/null 2>&1")
        host.must("\n".join(lines))
        for name in (*self.names, "inet"):
            self._run(name, PROVIDER if name == "inet" else self.texts[name])

    def _run(self, name: str, text: str) -> None:
        self.host.write(f"/run/{name}.conf", text)
        self.host.run(f"vtysh -N {name} -f /run/{name}.conf")

    def change(self, name: str, text: str) -> None:
        """Make one router run another configuration."""
        forward, _ = registry.driver("frr").delta(registry.driver("frr").normalise(self.texts[name]),
                                                  registry.driver("frr").normalise(text))  # fmt: skip
        self._run(name, forward)
        self.texts[name] = text

    def real(self) -> Table:
        """The routes that zebra installed."""
        found: Table = {}
        for name in self.names:
            for version, word in ((4, "ip"), (6, "ipv6")):
                out = self.host.must(f"vtysh -N {name} -c 'show {word} route json'")
                for prefix, routes in json.loads(out).items():
                    if prefix.startswith("fe80"):
                        continue
                    for route in routes:
                        if route.get("selected"):
                            hops = {hop.get("interfaceName", "") for hop in route["nexthops"] if hop.get("fib")}
                            found[(name, version, prefix)] = frozenset(hops - {""})
        return found

    def predicted(self) -> Table:
        """The routes that the pre-check's model gives."""
        texts = {name: {KEY: text} for name, text in self.texts.items()}
        net = network_of(texts, {})
        found: Table = {}
        for version in (4, 6):
            for name, fib in tables(net, version).fibs.items():
                for route in fib.routes.values():
                    address = ipaddress.IPv4Address(route.first) if version == 4 else ipaddress.IPv6Address(route.first)
                    found[(name, version, f"{address}/{route.length}")] = frozenset(hop.out for hop in route.hops)
        return found

    def agree(self, patience: float, settle: float = 0.0) -> Table:
        """Wait until both agree; what still differs after `patience` seconds, by (node, family, prefix).

        The model tells where routing ends. BGP holds a dead session for its hold time (180 s, RFC 4271), which is not
        waited for: sessions are cleared once.
        """
        wanted = self.predicted()
        started = time.monotonic()
        time.sleep(settle)
        cleared = False
        while True:
            real = self.real()
            keys = {key for key in {*real, *wanted} if real.get(key) != wanted.get(key)}
            waited = time.monotonic() - started
            if not keys or waited > patience:
                return {key: real.get(key, frozenset(("absent",))) for key in sorted(keys)}
            if waited > settle + 7 and not cleared:
                self.host.must("\n".join(f"vtysh -N {name} -c 'clear bgp *'" for name in self.names))
                cleared = True
            time.sleep(0.2)


def cases(rng: random.Random, world: World, count: int) -> list[Change]:
    """Seeded mistakes in the routers' configurations."""
    found: list[Change] = []
    while len(found) < count:
        change = mistake(rng, world)
        if change.key == KEY:
            found.append(change)
    return found


def without(world: World, device: str, line: str) -> Change:
    """One line of a router's configuration gone."""
    lines = world.after[device][KEY].splitlines()
    lines.remove(line)
    return Change("family", device, KEY, "".join(f"{one}\n" for one in lines), line, "")


def replay(routers: Routers, change: Change) -> Table:
    """Make the mistake, compare, take it back; what differed."""
    before = routers.predicted()
    routers.change(change.device, change.text)
    settle = 5.0 if routers.predicted() == before else 0.0
    found = routers.agree(30, settle)
    routers.change(change.device, routers.world.after[change.device][KEY])
    return found or routers.agree(45)
