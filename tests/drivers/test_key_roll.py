"""A whole roll of both keys on real servers, in seconds: the zone never stops being valid for a validator that trusts
the parent alone, and the parent gets its DS by rule only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import dns.zone
import pytest

from ipv6.drivers import registry
from ipv6.plan.intent import Partner
from jiyue.dns import registrar
from jiyue.dns.provider import PrimaryProvider
from jiyue.dns.submission import Submission, Wish, judge
from tests.drivers import samples
from tests.drivers.names import CONF, KEY, KEYS, TEXT, ZONE
from tests.drivers.sandbox import Sandbox

PARENT, ADDRESS = "gov.cn.", "198.19.0.13"
ABOVE = """\
server:
    rundir: "/run/above"
    user: knot:knot
    listen: 198.19.0.13@53
log:
  - target: syslog
    any: warning
database:
    storage: "/var/lib/above"
include: "/etc/knot/update.key"
acl:
  - id: update-ds
    address: 198.19.0.13
    key: jiyue-update
    action: update
    update-type: [DS]
    update-owner: name
    update-owner-match: equal
    update-owner-name: [hunan.gov.cn.]
policy:
  - id: above
    algorithm: ecdsap256sha256
    single-type-signing: on
    cds-cdnskey-publish: none
template:
  - id: default
    storage: "/var/lib/above"
    file: "%s.zone"
    dnssec-signing: on
    dnssec-policy: above
    acl: update-ds
zone:
  - domain: gov.cn.
"""
ABOVE_ZONE = f"""\
$TTL 1
{PARENT} SOA a.dns.gov.cn. hostmaster.gov.cn. 1 3600 600 86400 1
{PARENT} NS a.dns.gov.cn.
a.dns.gov.cn. A {ADDRESS}
{ZONE} NS ns1.{ZONE}
ns1.{ZONE} A 198.18.1.21
"""
RESOLVER = f"""\
server:
    interface: 127.0.0.1@5301
    do-ip6: no
    username: ""
    chroot: ""
    pidfile: ""
    use-syslog: no
    module-config: "iterator"
    cache-max-ttl: 1
    cache-max-negative-ttl: 1
    do-not-query-localhost: no
    unblock-lan-zones: yes
stub-zone:
    name: "{PARENT}"
    stub-addr: {ADDRESS}
remote-control:
    control-enable: no
"""
SHORT = "    dnskey-ttl: 1\n    zone-max-ttl: 1\n    propagation-delay: 1\n    delete-delay: 0\n"


class Chain(Sandbox):
    """The province's primary as its driver renders it, with short times, below a parent that is signed too."""

    def __enter__(self) -> Chain:
        super().__enter__()
        self.must("mkdir -p /run/above /var/lib/above")
        self.must(f"ip addr add 198.18.1.21/24 dev lo && ip addr add {ADDRESS}/24 dev lo")
        for name, text in KEYS.items():
            self.write(f"/etc/knot/{name}.key", text)
        self.write(CONF, self._short())
        self.write("/etc/knot/above.conf", ABOVE)
        self.write("/etc/knot/resolver.conf", RESOLVER)
        self.write(f"/var/lib/knot/{ZONE.rstrip('.')}.zone", TEXT.replace("$TTL 300", "$TTL 1"))
        self.write("/var/lib/above/gov.cn.zone", ABOVE_ZONE)
        self.must("chown -R knot:knot /etc/knot /var/lib/knot /run/above /var/lib/above")
        self.must(f"knotc -c {CONF} conf-check && knotd -d -c {CONF} && knotd -d -c /etc/knot/above.conf")
        self.must("unbound -c /etc/knot/resolver.conf")
        self.until(lambda: self.keys() and self.asked("CDS") and self.digests(PARENT, self.parent))
        (anchor,) = self.digests(PARENT, self.parent)
        tag, algorithm, kind, digest = anchor.split()
        trusted = f'trust-anchors {{ {PARENT} static-ds {tag} {algorithm} {kind} "{digest}"; }};\n'
        self.write("/etc/bind/bind.keys", trusted)
        first = "\n".join(f"zone-set {PARENT} {ZONE} 1 DS {one}" for one in self.asked("CDS"))
        self.must(f"knotc -s /run/above/knot.sock zone-begin {PARENT}")
        for line in first.splitlines():
            self.must(f"knotc -s /run/above/knot.sock {line}")
        self.must(f"knotc -s /run/above/knot.sock zone-commit {PARENT}")
        self.until(lambda: self.validated() == "; fully validated")
        return self

    @staticmethod
    def _short() -> str:
        """The driver's own text with seconds instead of days; nothing else is changed."""
        sample = samples.name_server(False)
        assert sample.name_server is not None
        serving = replace(sample.name_server.serving, zsk_days=7, ksk_days=9, parent_check=1, parent_delay=2)
        server = replace(
            sample.name_server, zones=(ZONE,), serving=serving, parent=Partner("parent", (ADDRESS,)), delegated=(ZONE,)
        )
        text = registry.driver("knot").render(replace(sample, name_server=server))[CONF]
        text = re.sub(r"(sk-lifetime: \d+)d", r"\1s", text)
        return text.replace("    cds-cdnskey-publish", f"{SHORT}    cds-cdnskey-publish")

    @property
    def parent(self) -> str:
        """The parent's keys as its control socket knows them."""
        return "/etc/knot/above.conf"

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + 120  # keys of seconds, on a machine that may be busy
        while not condition():
            assert time.monotonic() < deadline, self.run(f"keymgr -c {CONF} {ZONE} list human").stdout
            time.sleep(0.1)

    def digests(self, zone: str, config: str) -> list[str]:
        """DS of the zone's keys, SHA-256 alone."""
        done = self.run(f"keymgr -c {config} {zone} ds")
        return [" ".join(line.split()[2:]) for line in done.stdout.splitlines() if line.split()[4:5] == ["2"]]

    def asked(self, kind: str) -> list[str]:
        """What the child answers at its apex."""
        return sorted(" ".join(line.lower().split()) for line in
                      self.run(f"kdig +short +tcp @198.18.1.21 {ZONE} {kind}").stdout.splitlines())  # fmt: skip

    def keys(self) -> dict[str, str]:
        """Flags by public key of what the zone publishes: 257 signs keys, 256 the rest."""
        rows = [line.split(None, 3) for line in self.asked("DNSKEY")]
        return {row[3]: row[0] for row in rows if len(row) == 4}

    def validated(self) -> str:
        """delv's first line: it trusts the parent's key alone."""
        done = self.run(f"delv @127.0.0.1 -p 5301 +root={PARENT} -a /etc/bind/bind.keys ns1.{ZONE} A")
        return (done.stdout + done.stderr).strip().partition("\n")[0]

    def submission(self) -> Submission:
        """What `jiyue dns ds` judges, read from these servers."""

        provider = PrimaryProvider("ns1", "127.0.0.1", 53, KEY)
        served: dns.zone.Zone = self.inside(lambda: provider.transferred(ZONE))
        have = self.run(f"kdig +short +tcp @{ADDRESS} {ZONE} DS").stdout.splitlines()
        asked = frozenset(self.asked("CDS"))
        return judge(Wish(ZONE, served, {"ns1": asked}, {}, frozenset(_ds(one) for one in have)), time.time())


def _ds(text: str) -> str:
    """kdig splits long digests and writes them large."""
    words = text.lower().split()
    return " ".join((*words[:3], "".join(words[3:])))


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with Chain("roll") as found:
        yield found


def test_both_keys_roll_by_themselves_and_the_zone_is_valid_all_the_time(chain: Chain) -> None:
    before = chain.keys()
    assert sorted(before.values()) == ["256", "257"], "one key of each kind to begin with"
    seen: set[str] = set()
    sent = 0

    def rolled() -> bool:
        nonlocal sent
        seen.add(chain.validated())
        one = chain.submission()
        if one.reasons:  # a key that came between the two reads of one judgement; it stays odd if it really is
            one = chain.submission()
        seen.update(one.reasons)
        if one.waits and not one.reasons:
            chain.inside(lambda: registrar.hand_in((ADDRESS, 53), KEY, PARENT, one, ttl=1))
            sent += 1
        now = chain.keys()
        return (
            sorted(now.values()) == ["256", "257"] and not now.keys() & before.keys() and not chain.submission().waits
        )

    chain.until(rolled)
    assert seen == {"; fully validated"}, "not valid, or not believed, at some time"
    assert sent >= 1, "the parent was given a new DS"
    assert chain.validated() == "; fully validated"
