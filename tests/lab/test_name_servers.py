"""The lab's own name servers, as the province has them: record sets go in over SSH to the loopback and nowhere else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.source import load
from ipv6.change.model import RecordChange
from ipv6.plan.intent import RRset
from ipv6.plan.plan import make_plan
from jiyue.dns import audit, health, look, zones
from jiyue.dns.channel import Channels
from jiyue.dns.key import load_key
from jiyue.dns.provider import Moved, PrimaryProvider, Unwilling
from jiyue.dns.publisher import OctoPublisher
from jiyue.dns.registrar import hand_in
from jiyue.dns.submission import Submission, Wish, judge
from jiyue.probe.ssh import ssh
from jiyue.workflow.moving import old_sites
from lab import runtime
from lab.ready import wait
from lab.scene import scene
from lab.scene_ready import ready_checks

ROOT = Path(__file__).parents[2]
SERVERS = ("ns1", "ns2", "ns-govcn")
INVENTORY = load(ROOT / "inventory" / "hunan", "lab")
ZONE = "changsha.gov.cn."
pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("names")
    whole = scene(INVENTORY, folder)
    hosts = tuple(host for host in whole.hosts if host.name in SERVERS)
    used = {interface.link for host in hosts for interface in host.interfaces}
    spec = replace(whole, hosts=hosts, links=tuple(link for link in whole.links if link.name in used))
    runtime.up(spec, folder)
    try:
        wait(folder, [check for check in ready_checks(INVENTORY) if check.host in ("ns1", "ns2")])
        yield folder
    finally:
        runtime.down(folder)


@pytest.fixture(scope="module")
def publisher(state: Path) -> Iterator[OctoPublisher]:
    with Channels(state / "ssh_config") as reach:
        key = load_key(state / "dns" / "update.secret", {})
        yield OctoPublisher(reach, key, INVENTORY.limits, {"ns1": ("ns2",)})


def test_a_platforms_names_reach_both_servers(publisher: OctoPublisher) -> None:
    new = RecordChange("ns1", ZONE, f"www.{ZONE}", "AAAA", 300, (), ("3fff:10:100::10",), ttl_low=60)
    for step in ("lower", "publish", "raise"):
        found = publisher.publish("ns1", (new,), step, 60)
        assert [(one.zone, one.state, one.reason) for one in found] == [(ZONE, "published", "")], step
        plan, serial = publisher.plan("ns1", ZONE, (new,), step)
        assert plan is None and serial == found[0].serial


@pytest.mark.parametrize(
    ("name", "state_", "said"),
    [("ns1.hunan.gov.cn.", "published", ""), ("www.gov.cn.", "refused", "does not accept the key for it")],
    ids=["own-glue", "anything-else"],
)
def test_the_registrar_takes_the_provinces_glue_only(
    publisher: OctoPublisher, name: str, state_: str, said: str
) -> None:
    glue = RecordChange("ns-govcn", "gov.cn.", name, "AAAA", 300, (), ("3fff:10::21",))
    found = publisher.publish("ns-govcn", (glue,), "publish", 60)
    assert [one.state for one in found] == [state_] and said in found[0].reason


def test_ssh_forwards_to_the_name_server_and_nowhere_else(state: Path) -> None:
    for target, said in (
        ("127.0.0.1:53", ""),
        ("127.0.0.1:22", "forwarding failed"),
        ("198.18.0.22:53", "forwarding failed"),
    ):
        argv = ["ssh", "-F", str(state / "ssh_config"), "-o", "ControlPath=none", "-W", target, "ns1"]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
        assert (said in done.stderr.decode()) and bool(done.returncode) == bool(said), (target, done.stderr)


def test_the_channel_ends_with_its_user_and_opens_again_when_it_breaks(state: Path) -> None:
    with Channels(state / "ssh_config") as reach:
        first = reach.endpoint("ns1")
        assert reach.endpoint("ns1") == first
        process = reach._open["ns1"][0]
        process.kill()
        process.wait()
        assert reach.endpoint("ns1")[0] == "127.0.0.1"
        last = reach._open["ns1"][0]
    deadline = time.monotonic() + 5
    while last.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_secret_is_in_no_process_list_and_in_no_configuration_that_others_read(
    state: Path, publisher: OctoPublisher
) -> None:
    publisher.reach.endpoint("ns2")
    found = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    secret = publisher.key.secret.encode()
    assert found and not [line for line in found if secret in line]
    assert (state / "dns" / "update.secret").stat().st_mode & 0o777 == 0o600
    assert ssh(state / "ssh_config", "ns1", "stat -c '%a %U:%G' /etc/knot/update.key").out == b"640 root:knot\n"


def test_how_the_zones_stand_and_what_is_not_as_planned(publisher: OctoPublisher) -> None:
    """Every zone is signed, delegated with a DS that fits, on both servers alike; nothing but AAAA is still missing."""
    servers = {name: publisher.reach.endpoint(name) for name in ("ns1", "ns2")}
    provider = PrimaryProvider("ns1", *servers["ns1"], publisher.key)
    claims = {claim.key: claim.prefix for claim in make_plan(INVENTORY).claims}
    old = [
        RRset(f"{platform.dns_zone}.", f"{site.name}.", "A", INVENTORY.names.ttl, (str(host.address4),))
        for platform, host, site in old_sites(INVENTORY)
    ]
    planned = zones.planned(INVENTORY, claims, old)
    served = {zone: provider.transferred(zone) for zone in planned}
    numbers = health.serials(tuple(planned), servers)
    below = {zone: found for zone, found in served.items() if zone.endswith(".gov.cn.")}
    above = health.delegation(publisher.reach.endpoint("ns-govcn"), "ns-govcn", below)
    now = time.time()
    found = [health.standing(served[zone], zone, numbers[zone], now, above.get(zone, ())) for zone in planned]
    assert len(found) == 19 and [one for one in found if one.reasons] == []
    for zone, sets in planned.items():
        odd = zones.compare(zone, sets, served[zone], ())
        assert {one.kind for one in odd} <= {"waiting", "changed"}, odd
        assert {one.type for one in odd} <= ({"PTR"} if zone.endswith(".ip6.arpa.") else {"AAAA"})
        assert odd or zone.endswith(".in-addr.arpa.")
        late = zones.compare(zone, sets, served[zone], ("hunan", "changsha", "shared"))
        assert bool([one for one in late if one.kind == "missing"]) == (
            zone in ("hunan.gov.cn.", ZONE) or zone.endswith(".ip6.arpa.")
        )


def test_what_a_zone_suffers_from_is_said(publisher: OctoPublisher) -> None:
    provider = PrimaryProvider("ns1", *publisher.reach.endpoint("ns1"), publisher.key)
    zone = provider.transferred(ZONE)
    late = health.standing(zone, ZONE, {"ns1": 7, "ns2": 5}, time.time() + 13 * 86400, ())
    assert late.reasons[0] == "the serials differ: ns1 7, ns2 5"
    assert late.reasons[1].startswith("a signature expires at ") and late.signed_until in late.reasons[1]
    lame = health.standing(zone, ZONE, {"ns1": 7, "ns2": None}, time.time() + 15 * 86400, ("more",))
    assert lame.reasons[0] == "lame delegation: ns2 does not answer for it with authority"
    assert lame.reasons[1].startswith("a signature has expired at ") and lame.reasons[2] == "more"
    other = provider.transferred("zhuzhou.gov.cn.")
    other.delete_rdataset(other.origin, "DNSKEY")
    wrong = health.delegation(publisher.reach.endpoint("ns-govcn"), "ns-govcn", {"zhuzhou.gov.cn.": other})
    assert wrong == {"zhuzhou.gov.cn.": ["no DS at ns-govcn fits a key of the zone"]}


def test_the_watch_sees_the_zones_as_they_are(publisher: OctoPublisher) -> None:
    """Before the change only IPv6 is missing; CDS is what the parent has; a stopped secondary is unknown, not green."""
    provider = PrimaryProvider("ns1", *publisher.reach.endpoint("ns1"), publisher.key)
    names = tuple(f"{name}." for name in INVENTORY.network.name_servers)
    addresses = look.addresses("ns1", publisher.reach.endpoint("ns1"), names)
    above = look.above(publisher.reach, "ns-govcn", [ZONE])
    serials, silent = look.serials(publisher.reach, ("ns1", "ns2"), [ZONE])
    seen = audit.Seen(
        ZONE, provider.transferred(ZONE), serials[ZONE], silent, addresses, frozenset(names), above.get(ZONE)
    )
    found = audit.judge(seen, INVENTORY.naming.watch, time.time())
    verdicts = {(one.item, one.server): one.verdict for one in found}
    assert {item for item, _ in verdicts if verdicts[item, _] != "pass"} <= {"ns-ipv6", "glue"}, found
    assert verdicts["cds", "ns-govcn"] == verdicts["ds", "ns-govcn"] == verdicts["serial", "ns2"] == "pass"
    assert ("ns-ipv6", names[0]) in verdicts and ("glue", names[0]) in verdicts
    _, silent = look.serials(publisher.reach, ("ns1", "nobody"), [ZONE])
    assert list(silent) == ["nobody"] and silent["nobody"]


def test_the_servers_limit_and_count_answers(state: Path) -> None:
    for server in ("ns1", "ns2"):
        found = ssh(state / "ssh_config", server, "knotc stats mod-stats").out.decode()
        assert "mod-stats.query-type[SOA]" in found, found
    config = ssh(state / "ssh_config", "ns1", "knotc conf-read mod-rrl").out.decode()
    assert f"rate-limit = {INVENTORY.naming.answers.rate}" in config


def test_the_parent_takes_the_ds_of_our_zones_and_of_no_other(publisher: OctoPublisher) -> None:
    """What is asked for by CDS is what the parent has; a second DS goes in and out, a stale judgement does nothing."""
    provider = PrimaryProvider("ns1", *publisher.reach.endpoint("ns1"), publisher.key)
    asked, silent = look.cds(publisher.reach, ("ns1", "ns2"), [ZONE])

    def above() -> frozenset[str]:
        seen = look.above(publisher.reach, "ns-govcn", [ZONE])[ZONE]
        assert isinstance(seen, audit.Above)
        return seen.ds

    first = above()
    found = judge(Wish(ZONE, provider.transferred(ZONE), asked[ZONE], silent, first), time.time())
    assert found == Submission(ZONE, tuple(first), tuple(first)) and not found.waits
    endpoint = publisher.reach.endpoint("ns-govcn")
    second = tuple(sorted((*first, "11111 13 2 " + "ab" * 32)))
    hand_in(endpoint, publisher.key, "gov.cn.", Submission(ZONE, tuple(first), second))
    assert above() == set(second)
    with pytest.raises(Moved):
        hand_in(endpoint, publisher.key, "gov.cn.", Submission(ZONE, tuple(first), second))
    hand_in(endpoint, publisher.key, "gov.cn.", Submission(ZONE, second, tuple(first)))
    assert above() == first
    with pytest.raises(Unwilling, match="does not accept the key"):
        hand_in(endpoint, publisher.key, "gov.cn.", Submission("other.gov.cn.", (), second))


def test_a_new_key_waits_until_the_parent_was_given_its_ds(state: Path, publisher: OctoPublisher) -> None:
    """`keymgr` says that the new key has been known to every cache, which takes hours otherwise."""

    def on(command: str) -> str:
        return ssh(state / "ssh_config", "ns1", command).out.decode()

    def judged() -> Submission:
        provider = PrimaryProvider("ns1", *publisher.reach.endpoint("ns1"), publisher.key)
        asked, silent = look.cds(publisher.reach, ("ns1", "ns2"), [ZONE])
        seen = look.above(publisher.reach, "ns-govcn", [ZONE])[ZONE]
        assert isinstance(seen, audit.Above)
        return judge(Wish(ZONE, provider.transferred(ZONE), asked[ZONE], silent, seen.ds), time.time())

    def waiting() -> list[str]:
        keys = on(f"keymgr -c /etc/knot/knot.conf {ZONE} list").splitlines()
        return [line.split()[0] for line in keys if "active=" not in line]

    def until(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.3)

    assert not judged().waits
    on(f"knotc zone-key-rollover {ZONE} ksk")
    until(waiting)
    assert not judged().waits, "the CDS of a key that caches do not know yet"
    (new,) = waiting()
    on(f"keymgr -c /etc/knot/knot.conf {ZONE} set {new} ready=-10 && knotc zone-sign {ZONE}")
    until(lambda: judged().waits and not judged().reasons)
    asked = judged()
    assert set(asked.have) != set(asked.want)
    hand_in(publisher.reach.endpoint("ns-govcn"), publisher.key, "gov.cn.", asked)
    found = judged()
    assert not found.waits and not found.reasons and set(found.have) == set(asked.want)
