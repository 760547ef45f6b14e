"""A real primary and a real secondary on one throw-away host, and everything of apply around them but the lab."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from inventory.rollout import Limits
from ipv6.change.model import ChangeSet, RecordChange
from ipv6.drivers import registry
from ipv6.ports import DeviceResult, ProbeReport, Target
from jiyue.dns.key import TsigKey
from jiyue.dns.publisher import OctoPublisher
from tests.drivers import samples
from tests.drivers.payloads import ask
from tests.drivers.sandbox import Sandbox

CONF = "/etc/knot/knot.conf"
SECRET = "dXBkYXRldXBkYXRldXBkYXRldXBkYXRl"
KEYS = {
    "transfer": "key:\n  - id: transfer\n    algorithm: hmac-sha256\n    secret: c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\n",
    "update": f"key:\n  - id: jiyue-update\n    algorithm: hmac-sha256\n    secret: {SECRET}\n",
}
ZONE = "hunan.gov.cn."
TEXT = """\
$TTL 300
hunan.gov.cn. SOA ns1.hunan.gov.cn. hostmaster.hunan.gov.cn. 1 3600 600 86400 10
hunan.gov.cn. NS ns1.hunan.gov.cn.
ns1.hunan.gov.cn. A 198.18.1.21
"""
SITES = tuple(f"s{number}.{ZONE}" for number in range(12))
KEY = TsigKey("jiyue-update", SECRET)
SECOND = "ip netns exec two knotc -s /run/knot2/knot.sock"


class Pair(Sandbox):
    """ns1 in the host itself, ns2 in a network namespace of its own beside it; both as the driver renders them."""

    def __init__(self, name: str, dual: bool = False) -> None:
        super().__init__(name)
        self._dual = dual

    def __enter__(self) -> Pair:
        super().__enter__()
        self.must("mkdir -p /etc/knot2 /run/knot2 /var/lib/knot2 && ip netns add two")
        self.must("ip link add dmz type veth peer name dmz netns two && ip link set dmz up")
        self.must("ip addr add 198.18.1.21/24 dev dmz && ip -n two addr add 198.18.1.22/24 dev dmz")
        self.must("ip -n two link set dmz up && ip -n two link set lo up")
        if self._dual:
            self.must("ip addr add 3fff:ff1:100:1000::21/64 dev dmz nodad")
            self.must("ip -n two addr add 3fff:ff1:100:1000::22/64 dev dmz nodad")
        for name, text in KEYS.items():
            self.write(f"/etc/knot/{name}.key", text)
        self.write(CONF, registry.driver("knot").render(samples.name_server(self._dual))[CONF])
        second = registry.driver("knot").render(samples.secondary(self._dual))[CONF]
        self.write("/etc/knot2/knot.conf", second.replace("/run/knot", "/run/knot2").replace("/lib/knot", "/lib/knot2"))
        sites = "".join(f"{name} A 198.18.1.{number + 30}\n" for number, name in enumerate(SITES))
        self.write(f"/var/lib/knot/{ZONE.rstrip('.')}.zone", TEXT + sites)
        self.write("/var/lib/knot/example.gov.cn.zone", TEXT.replace("hunan.gov.cn", "example.gov.cn"))
        self.must("chown -R knot:knot /etc/knot /var/lib/knot /run/knot2 /etc/knot2 /var/lib/knot2")
        self.start()
        return self

    def start(self) -> None:
        """Start what does not run and wait until both serve every zone."""
        self.must("knotc status >/dev/null 2>&1 || knotd -d -c /etc/knot/knot.conf")
        self.must(f"{SECOND} status >/dev/null 2>&1 || ip netns exec two knotd -d -c /etc/knot2/knot.conf")
        for knotc in ("knotc", SECOND):
            self.must(
                f"for i in $(seq 200); do {knotc} zone-status 2>/dev/null | grep -c 'serial: [0-9]' | grep -qx 2"
                " && exit 0; sleep 0.05; done; exit 1"
            )

    def endpoint(self, server: str) -> tuple[str, int]:
        """Where each server answers, as seen from the host's network."""
        return {"ns1": "127.0.0.1", "ns2": "198.18.1.22"}[server], 53

    def serials(self, zone: str = ZONE) -> tuple[int, int]:
        """Of the primary and of the secondary."""
        return tuple(  # type: ignore[return-value]
            int(self.must(f"kdig +short +tcp @{address} {zone} SOA").split()[2])
            for address in ("198.18.1.21", "198.18.1.22")
        )

    def follows(self, above: int, zone: str = ZONE) -> int:
        """Wait until both have the same serial above that one; gives it."""
        deadline = time.monotonic() + 20
        while (found := self.serials(zone))[0] != found[1] or found[0] <= above:
            assert time.monotonic() < deadline, f"serials {found}, wanted the same above {above}"
            time.sleep(0.05)
        return found[0]

    def served(self, name: str, kind: str = "AAAA") -> tuple[str, str]:
        """`TTL data` of both servers, each in one text."""
        texts = [
            self.must(f"kdig +noall +answer +tcp @{address} {name} {kind}")
            for address in ("198.18.1.21", "198.18.1.22")
        ]
        rows = [sorted(line.split() for line in text.splitlines() if line.strip()) for text in texts]
        return tuple(" ".join([row[0][1], *(line[4] for line in row)]) if row else "" for row in rows)  # type: ignore

    def clean(self) -> None:
        """Take every change back that is still known here."""
        for change in self.must("ls /var/lib/jiyue/changes 2>/dev/null || true").split():
            self.agent(ask("rollback", change))
        self.must("rm -rf /var/lib/jiyue/changes")


def publisher(pair: Pair, key: TsigKey = KEY, limits: Limits | None = None, **more: object) -> OctoPublisher:
    """The publisher as the workflow makes it."""
    return OctoPublisher(pair, key, limits or Limits(), {"ns1": ("ns2",)}, **more)  # type: ignore[arg-type]


def aaaa(number: int, name: str = "", **more: object) -> RecordChange:
    """One site's AAAA, new, with a short TTL until it is confirmed."""
    values = {"ttl_low": 60, **more}
    return RecordChange("ns1", ZONE, name or SITES[number], "AAAA", 300, (), (f"3fff:10::{number + 1:x}",), **values)  # type: ignore[arg-type]


@dataclass
class Agents:
    """`Transport` to the one host: what Ansible does, without it."""

    pair: Pair
    broken: Callable[[str], bool] = lambda op: False
    orders: list[str] = field(default_factory=list)

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        """Ask the agent."""
        found = []
        for target in targets:
            op = str(target.payload["op"])
            self.orders.append(op)
            if self.broken(op):
                raise KilledError(op)
            answer = self.pair.agent(target.payload)
            found.append(DeviceResult(target.device, answer["state"], answer["reason"], answer))
        return tuple(found)


class KilledError(BaseException):
    """The controller is gone."""


@dataclass
class Resolver:
    """`Prober` that asks the servers for the names."""

    pair: Pair
    bad: str = ""

    def by_name(self, change: ChangeSet) -> ProbeReport:
        """Green when both servers answer with what was approved."""
        wrong = [one.name for one in change.records if not self.pair.served(one.name)[0].endswith(one.after[0])]
        return ProbeReport(not wrong and not self.bad, len(change.records), (*wrong, *([self.bad] if self.bad else [])))

    def by_address(self, change: ChangeSet) -> ProbeReport:
        """Not asked here."""
        raise NotImplementedError

    def ipv4_baseline(self, change: ChangeSet) -> Mapping[str, str]:
        """Not asked here."""
        raise NotImplementedError

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]:
        """Not asked here."""
        raise NotImplementedError
