"""Replays filter cases on the kernel: the firewall's own rules in a namespace, real packets from every side of it."""

from __future__ import annotations

import ipaddress
import json
import random
from collections.abc import Iterable, Sequence

from ipv6.precheck.diagram import Packet
from ipv6.precheck.filters import Compiled
from ipv6.precheck.model import NEW
from ipv6.precheck.network import Network
from ipv6.precheck.parse import device
from ipv6.precheck.reach import Fabric
from ipv6.precheck.rib import tables
from tests.drivers.sandbox import Sandbox
from tests.unit.precheck.mistakes import LINUX, NFT, Change, mistake, shots
from tests.unit.precheck.world import ZONES, World

PORTS = ("outside", *ZONES)
Shot = tuple[str, int, int, int, str, int, int]
"""Port, family, source, target, protocol, source port, target port (or ICMP type)."""
NUMBER = {"icmp": 1, "tcp": 6, "udp": 17}
MAC = "02:00:00:00:01:{:02x}"

# Runs inside the sandbox: sends each packet as a frame to the firewall and tells on which port it came out.
SCRIPT = r"""
import ctypes, json, os, select, socket, struct, sys, time
libc = ctypes.CDLL("libc.so.6", use_errno=True)
job = json.load(sys.stdin)
def inside(name):
    with open("/run/netns/" + name) as file:
        if libc.setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), name)
def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
def frame(tag, shot):
    port, version, source, target, protocol, sport, dport = shot
    bits = 4 if version == 4 else 16
    src, dst = int(source).to_bytes(bits, "big"), int(target).to_bytes(bits, "big")
    data = b"jiyue" + struct.pack("!I", tag)
    number = {"tcp": 6, "udp": 17, "icmp": 1 if version == 4 else 58}[protocol]
    if protocol == "tcp":
        head = struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 5 << 4, 2, 1024, 0, 0) + data
        at = 16
    elif protocol == "udp":
        head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
        at = 6
    else:
        head = struct.pack("!BBHHH", dport, 0, 0, tag & 0xffff, 1) + data
        at = 2
    pseudo = b"" if version == 4 and protocol == "icmp" else src + dst + struct.pack("!II", len(head), number)
    head = head[:at] + struct.pack("!H", checksum(pseudo + head)) + head[at + 2:]
    if version == 6:
        packet = struct.pack("!IHBB", 6 << 28, len(head), number, 64) + src + dst + head
    else:
        packet = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(head), tag & 0xffff, 0, 64, number, 0) + src + dst
        packet = packet[:10] + struct.pack("!H", checksum(packet)) + packet[12:] + head
    kind = b"\x86\xdd" if version == 6 else b"\x08\x00"
    return bytes.fromhex(job["macs"][port].replace(":", "")) + b"\x02\0\0\0\0\x99" + kind + packet
sockets = {}
for port in job["ports"]:
    inside("n-" + port)
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    one.bind(("eth0", 0))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    sockets[port] = one
seen = {}
def read(wait):
    while True:
        ready = select.select(list(sockets.values()), [], [], wait)[0]
        if not ready:
            return
        for port, one in sockets.items():
            if one in ready:
                data, where = one.recvfrom(2048)
                at = data.find(b"jiyue")
                if where[2] == 4 or at < 0 or len(data) < at + 9:
                    continue
                tag = struct.unpack("!I", data[at + 5:at + 9])[0]
                target = data[30:34] if data[12:14] == b"\x08\x00" else data[38:54]
                # An error that quotes the packet goes back to its source and is not the packet.
                if tag < len(job["shots"]) and int.from_bytes(target, "big") == job["shots"][tag][3]:
                    seen[tag] = port
for tag, shot in enumerate(job["shots"]):
    sockets[shot[0]].send(frame(tag, shot))
    if tag % 32 == 31:
        read(0)
read(0.15)
json.dump([seen.get(tag, "") for tag in range(len(job["shots"]))], sys.stdout)
"""


class Kernel:
    """A firewall of a world in a sandbox, with a namespace on every side."""

    def __init__(self, host: Sandbox, world: World, firewall: str) -> None:
        self.host, self.world, self.firewall = host, world, firewall
        self.macs: dict[str, str] = {}
        lines = ["set -e"]
        for at, port in enumerate(PORTS):
            lines += [
                f"ip netns add n-{port}",
                f"ip link add {port} type veth peer name eth0 netns n-{port}",
                f"ip -n n-{port} link set eth0 address {MAC.format(at)}",
                f"ip -n n-{port} link set eth0 up",
                f"ip link set {port} up",
                # Checksums are real, or the connection tracking calls the packets invalid.
                f"echo 0 > /proc/sys/net/ipv4/conf/{port}/rp_filter",
            ]
        lines += ["echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter"]
        for line in world.after[firewall][LINUX].splitlines():
            words = line.split()
            if words[0] == "addr":
                lines.append(f"ip addr add {words[2]} dev {words[1]} nodad")
        for line in world.after[firewall][LINUX].splitlines():
            words = line.split()
            if words[0] == "route":
                lines.append(f"ip route add {words[1]} via {words[3]}")
                lines.append(f"ip neigh replace {words[3]} lladdr {MAC.format(0)} dev outside nud permanent")
            elif words[0] == "forward":
                path = "ipv6/conf/all/forwarding" if words[1] == "ipv6" else "ipv4/ip_forward"
                lines.append(f"echo 1 > /proc/sys/net/{path}")
        host.must("\n".join(lines))
        for link in json.loads(host.must("ip -j link show")):
            self.macs[link["ifname"]] = link.get("address", "")

    def load(self, text: str) -> None:
        """Replace the rules."""
        self.host.must("nft -f -", f"flush ruleset\n{text}")

    def send(self, shots: Sequence[Shot]) -> list[str]:
        """The port on which each packet came out, "" when it did not."""
        near = {(shot[3], at) for shot in shots for at, port in enumerate(PORTS) if self._on(shot[3], shot[1], port)}
        lines = [
            f"ip neigh replace {ipaddress.ip_address(target) if target > 1 << 32 else ipaddress.IPv4Address(target)}"
            f" lladdr {MAC.format(at)} dev {PORTS[at]} nud permanent"
            for target, at in sorted(near)
        ]
        self.host.must("\n".join(["conntrack -F 2>/dev/null || true", *lines]))
        job = {"ports": PORTS, "macs": self.macs, "shots": [list(shot) for shot in shots]}
        self.host.write("/run/replay.py", SCRIPT)
        found = json.loads(self.host.must("exec /usr/bin/python3 /run/replay.py", json.dumps(job)))
        assert isinstance(found, list)
        return [str(one) for one in found]

    def _on(self, target: int, version: int, port: str) -> bool:
        for line in self.world.after[self.firewall][LINUX].splitlines():
            words = line.split()
            if words[0] == "addr" and words[1] == port:
                network = ipaddress.ip_interface(words[2]).network
                if network.version == version and int(network.network_address) <= target <= int(
                    network.broadcast_address
                ):
                    return True
        return False


def predicted(world: World, firewall: str, text: str, shots: Iterable[Shot]) -> list[str]:
    """What the pre-check's model says about the same packets."""
    nodes = device(firewall, {LINUX: world.after[firewall][LINUX], NFT: text})
    net = Network(nodes, {})
    fabrics = {version: Fabric(net, version, tables(net, version), Compiled(version)) for version in (4, 6)}
    found = []
    for port, version, source, target, protocol, sport, dport in shots:
        packet = Packet(version, source, target, NUMBER[protocol], sport, dport)
        trace = fabrics[version].trace(packet, (firewall, port), NEW)
        found.append(trace.steps[-1].oif if trace.arrived else "")
    return found


def cases(rng: random.Random, world: World, firewall: str, count: int) -> list[Change]:
    """Seeded mistakes in the rules of that firewall."""
    found: list[Change] = []
    while len(found) < count:
        change = mistake(rng, world)
        if (change.device, change.key) == (firewall, NFT):
            found.append(change)
    return found


def packets(rng: random.Random, world: World, firewall: str, change: Change, most: int) -> list[Shot]:
    """First packets of connections that touch the firewall, those near the change among them."""
    found: dict[Shot, None] = {}
    own = {int(ipaddress.ip_interface(words[2]).ip) for line in world.after[firewall][LINUX].splitlines()
           if (words := line.split())[0] == "addr"}  # fmt: skip
    wanted = [one for one in shots(world, change) if not one.known and one.target not in own]
    for one in [*wanted[:most], *rng.sample(wanted, min(len(wanted), most))]:
        port = one.iif if one.node == firewall else "outside"
        if (
            one.source != one.target
            and one.target >> (24 if one.version == 4 else 120) not in (0, 127, 224, 255)
            and one.source not in own
        ):
            found[(port, one.version, one.source, one.target, one.protocol, one.sport, one.dport)] = None
    return list(found)[: 2 * most]
