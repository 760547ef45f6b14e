"""The extranet's resolver as rendered, run by a real Unbound: validation, DNS64, the query log and the limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ipv6.drivers.unbound.render import CONTROL, LOG, OBJECT, PID, render
from ipv6.plan.intent import Resolving
from jiyue.dns.resolver import rotation
from tests.drivers import samples
from tests.drivers.sandbox import Sandbox

ZONE = "gov.cn."
SERVER = """\
server:
    rundir: "/run/knot"
    user: knot:knot
    listen: 198.19.0.13@53
log:
  - target: syslog
    any: warning
database:
    storage: "/var/lib/knot"
template:
  - id: default
    storage: "/var/lib/knot"
    file: "%s.zone"
zone:
  - domain: gov.cn.
    dnssec-signing: on
  - domain: plain.cn.
"""
TEXT = """\
$TTL 60
@ SOA a.dns hostmaster 1 3600 600 86400 1
@ NS a.dns
a.dns A 198.19.0.13
old A 198.18.0.10
both A 198.18.0.11
both AAAA 3fff:10::11
"""
# What the lab's network needs and no resolver of the extranet has: its parent zone is not on the real internet.
HERE = """\
server:
    trust-anchor-file: "/etc/unbound/test.key"
    unblock-lan-zones: yes
    chroot: ""
stub-zone:
    name: "gov.cn."
    stub-addr: 198.19.0.13
stub-zone:
    name: "plain.cn."
    stub-addr: 198.19.0.13
"""


class Host(Sandbox):
    """An authoritative server with a signed and an unsigned zone, and the resolver before it."""

    def __enter__(self) -> Host:
        super().__enter__()
        self.must("ip netns add two && ip link add out type veth peer name out netns two && ip link set out up")
        self.must("ip addr add 10.1.0.1/24 dev lo && ip addr add 198.19.0.1/24 dev out")
        self.must("ip -n two addr add 198.19.0.13/24 dev out && ip -n two link set out up && ip -n two link set lo up")
        self.write("/etc/knot/knot.conf", SERVER)
        for name in ("gov.cn", "plain.cn"):
            self.write(f"/var/lib/knot/{name}.zone", TEXT)
        self.must("chown -R knot:knot /etc/knot /var/lib/knot && ip netns exec two knotd -d -c /etc/knot/knot.conf")
        self.must("mkdir -p /var/log/unbound && chown unbound /var/log/unbound")
        self.must(
            "for i in $(seq 200); do kdig +short @198.19.0.13 gov.cn DNSKEY | grep -q . && exit 0; sleep 0.05; done"
        )
        ds = self.must("keymgr -c /etc/knot/knot.conf gov.cn. ds | grep ' 13 2 '")
        self.write("/etc/unbound/test.key", ds.replace(" DS ", " IN DS "))
        return self

    def serve(self, client_rate: int = 200, dns64: str = "") -> None:
        """Start the resolver with these settings; an earlier one ends."""
        resolving = Resolving(("10.1.0.1",), ("10.0.0.0/8",), client_rate, dns64_prefix=dns64)
        text = render(replace(samples.resolver(False), resolver=resolving))[OBJECT]
        self.write("/etc/unbound/resolver.conf", text + HERE)
        self.must("unbound-checkconf /etc/unbound/resolver.conf")
        self.must(
            f"pid=$(cat {PID} 2>/dev/null) && kill $pid && while kill -0 $pid 2>/dev/null; do sleep 0.05; done; :"
        )
        self.must("unbound -c /etc/unbound/resolver.conf")

    def dig(self, name: str, kind: str, more: str = "", source: str = "10.1.0.1") -> str:
        """dig's whole answer as a client of the extranet sees it."""
        return self.must(f"dig -b {source} +tries=1 +time=3 {more} @10.1.0.1 {name} {kind} || true")


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host("resolver") as found:
        yield found


def test_without_dns64_a_name_without_aaaa_has_none(host: Host) -> None:
    host.serve()
    assert "64:ff9b::" not in host.dig("old.gov.cn", "AAAA")
    answer = host.dig("old.gov.cn", "A")
    assert "198.18.0.10" in answer and " ad;" in answer.partition("flags:")[2][:30]
    refused = host.dig("old.gov.cn", "A", source="198.19.0.1")
    assert "REFUSED" in refused, "only the extranet may ask"


@pytest.mark.parametrize(
    ("prefix", "expected"), [("64:ff9b::/96", "64:ff9b::c612:a"), ("3fff:10:64::/96", "3fff:10:64::c612:a")]
)
def test_dns64_makes_aaaa_of_validated_a_and_leaves_those_that_are_there(
    host: Host, prefix: str, expected: str
) -> None:
    host.serve(dns64=prefix)
    for zone in ("gov.cn", "plain.cn"):
        assert host.dig(f"old.{zone}", "AAAA", "+short").split() == [expected]
        assert host.dig(f"both.{zone}", "AAAA", "+short").split() == ["3fff:10::11"]
    assert expected not in host.dig("old.gov.cn", "AAAA", "+cdflag +dnssec"), (
        "who validates itself gets no made-up data"
    )


def test_a_forged_answer_is_not_translated(host: Host) -> None:
    """Validation comes before translation (RFC 6147 5.5): with the wrong key above it there is no AAAA to make."""
    good = host.must("cat /etc/unbound/test.key")
    host.write("/etc/unbound/test.key", good[:-5] + ("0000" if good[-5:-1] != "0000" else "1111") + "\n")
    try:
        host.serve(dns64="64:ff9b::/96")
        assert "SERVFAIL" in host.dig("old.gov.cn", "AAAA")
    finally:
        host.write("/etc/unbound/test.key", good)


def test_every_question_is_logged_and_the_log_is_kept_for_days(host: Host) -> None:
    host.serve()
    host.dig("www.plain.cn", "AAAA")
    assert "10.1.0.1 www.plain.cn. AAAA IN" in host.must(f"cat {LOG}")
    host.write("/etc/logrotate.test", rotation(200))
    assert host.must("grep -c 'rotate 200' /etc/logrotate.test").strip() == "1"
    said = host.run("command -v logrotate >/dev/null && logrotate -d /etc/logrotate.test 2>&1 || echo none").stdout
    assert "error" not in said.lower()
    host.must(f"mv {LOG} {LOG}.1 && unbound-control -s {CONTROL} log_reopen")
    host.dig("again.plain.cn", "A")
    assert "again.plain.cn." in host.must(f"cat {LOG}")


def test_a_client_above_its_limit_is_not_answered(host: Host) -> None:
    host.serve(client_rate=5)
    asked = "for i in $(seq 40); do dig -b 10.1.0.1 +tries=1 +time=1 +short @10.1.0.1 old.gov.cn A & done; wait"
    answers = host.must(asked).split().count("198.18.0.10")
    assert 0 < answers < 40
