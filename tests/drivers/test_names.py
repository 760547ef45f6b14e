"""Publication to a real Knot (RFC 2136): only what was approved, read back on both servers, taken back by the host."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import dns.update
import pytest

from inventory.rollout import Limits
from ipv6.apply import names as steps
from ipv6.apply.control import Control
from ipv6.apply.past import resume
from ipv6.apply.payload import arm_records
from ipv6.apply.run import Policy, Run, Unit
from ipv6.change.digest import digest
from ipv6.change.model import ChangeSet, RecordChange
from jiyue.dns.key import TsigKey
from jiyue.dns.provider import Moved, PrimaryProvider, Unwilling
from tests.drivers.names import KEY, SECOND, SITES, ZONE, Agents, KilledError, Pair, Resolver, aaaa, publisher
from tests.drivers.payloads import ask, digest_of
from tests.unit.apply.world import Fuse, Memory, StillClock, Told, inventory

TIMER = 60


@pytest.fixture(scope="module")
def started() -> Iterator[Pair]:
    with Pair("names") as pair:
        yield pair


@pytest.fixture
def pair(started: Pair) -> Iterator[Pair]:
    yield started
    started.start()
    started.clean()
    assert started.served(SITES[0])[0] == ""


class World:
    """One platform with three new names, ready to be run as often as wanted."""

    def __init__(self, pair: Pair, records: tuple[RecordChange, ...], timer: int = TIMER) -> None:
        self.change = ChangeSet("hunan", "lab", (), (), records, ())
        self.digest = digest(self.change)
        self.store = Memory({self.digest: self.change}, Fuse())
        self.agents, self.prober, self.told = Agents(pair), Resolver(pair), Told()
        self.pair, self.policy = pair, Policy(timer=timer, ttl_wait=1)

    def run(self, **more: object) -> Unit:
        """Settle what an earlier run left, then the records step; in the host's network."""
        unit = Unit("hunan", self.digest, self.change)
        made = publisher(self.pair, **more)  # type: ignore[arg-type]
        control = Control(self.store, StillClock(), self.told, "run-1")
        run = Run(
            self.store, self.agents, self.prober, StillClock(), self.told, "run-1", self.policy, inventory(), control,
            publisher=made,
        )  # fmt: skip
        resume(run, [unit])
        self.pair.inside(lambda: steps.run_records(run, [unit], "wave"))
        return unit


RECORDS = tuple(aaaa(number) for number in range(3))


def test_armed_published_read_back_proven_confirmed_then_the_ttl_rises(pair: Pair) -> None:
    before = pair.serials()[0]
    world = World(pair, RECORDS)
    unit = world.run()
    assert (unit.code, unit.reasons) == (0, [])
    assert world.agents.orders == ["arm", "confirm"]
    assert pair.follows(before) == before + 2
    assert [pair.served(name) for name in SITES[:3]] == [(f"300 3fff:10::{n}",) * 2 for n in (1, 2, 3)]
    steps_ = [(line.step, line.state) for line in world.store.lines if not line.device]
    assert steps_ == [
        ("update publish", "updated"), ("by-name", "passed"), ("update raise", "updated"), ("records", "confirmed"),
    ]  # fmt: skip
    again = world.run()
    assert again.code == 0 and pair.serials() == (before + 2, before + 2)


def test_red_by_name_is_taken_back_on_both_servers_with_a_higher_serial(pair: Pair) -> None:
    before = pair.serials()[0]
    world = World(pair, RECORDS)
    world.prober.bad = "www over TCP 443: timeout"
    assert world.run().state == "withdrawn"
    assert pair.follows(before) == before + 2
    assert pair.served(SITES[0]) == ("", "")


@pytest.mark.parametrize("when", ["after-arm", "after-update"])
def test_controller_killed_and_silence_restores(pair: Pair, when: str) -> None:
    before = pair.serials()[0]
    world = World(pair, RECORDS, timer=4)
    if when == "after-arm":
        assert pair.agent(arm_records("ns1", RECORDS, digest_of("killed"), 4).payload)["state"] == "armed"
    else:
        world.agents.broken = lambda op: op == "confirm"
        world.policy = Policy(timer=8, ttl_wait=0)
        with pytest.raises(KilledError):
            world.run()
        assert pair.served(SITES[0])[0] == "60 3fff:10::1"
    published = pair.serials()[0]
    assert pair.follows(published) > published >= before
    assert pair.served(SITES[0]) == ("", "")
    world.agents.broken = lambda op: False
    world.policy = Policy(timer=TIMER, ttl_wait=0)
    assert world.run().code == 0
    pair.follows(0)
    assert pair.served(SITES[0])[1] == "300 3fff:10::1"


def test_killed_between_update_and_confirm_then_run_again_at_once(pair: Pair) -> None:
    world = World(pair, RECORDS)
    world.agents.broken = lambda op: op == "confirm"
    with pytest.raises(KilledError):
        world.run()
    world.agents.broken = lambda op: False
    world.agents.orders.clear()
    assert world.run().code == 0
    assert world.agents.orders == ["rollback", "arm", "confirm"]
    pair.follows(0)
    assert pair.served(SITES[2]) == ("300 3fff:10::3",) * 2


def test_an_update_that_arrives_after_the_way_back_is_not_taken(pair: Pair) -> None:
    """Planned while armed, sent when the host has restored already: the serial has risen, nothing gets in."""
    change = digest_of("late")
    pair.agent(arm_records("ns1", RECORDS, change, TIMER).payload)
    made = publisher(pair)
    provider = PrimaryProvider("ns1", "127.0.0.1", 53, KEY)
    plan, _ = pair.inside(lambda: made._plan(provider, ZONE, RECORDS, "publish"))
    before = pair.serials()[0]
    assert pair.agent(ask("rollback", change))["state"] == "rolled-back"
    with pytest.raises(Moved):
        pair.inside(lambda: provider.apply(plan))
    assert pair.follows(before) == before + 1 and pair.served(SITES[0]) == ("", "")


def test_confirming_what_never_came_takes_it_back(pair: Pair) -> None:
    """The host looks for itself: it keeps only what is really there."""
    change, before = digest_of("silent"), pair.serials()[0]
    assert pair.agent(arm_records("ns1", RECORDS, change, TIMER).payload)["state"] == "armed"
    again = pair.agent(arm_records("ns1", RECORDS[:1], digest_of("other"), TIMER).payload)
    assert (again["state"], change[:12] in again["reason"]) == ("refused", True)
    answer = pair.agent(ask("confirm", change))
    assert (answer["state"], answer["reason"]) == ("rolled-back", "the running objects are no longer as committed")
    assert pair.follows(before) == before + 1


def test_sections_are_never_armed_for_an_update(pair: Pair) -> None:
    part = {"driver": "knot", "object": "/etc/knot/knot.conf", "base": "", "intended": ""}
    answer = pair.agent({**arm_records("ns1", RECORDS, digest_of("both"), TIMER).payload, "sections": [part]})
    assert (answer["state"], answer["reason"]) == ("refused", "only record sets are changed from outside")


def test_time_over_nothing_is_sent(pair: Pair) -> None:
    found = pair.inside(lambda: publisher(pair).publish("ns1", RECORDS, "publish", 5.0))
    assert [(one.state, one.reason) for one in found] == [
        ("unreachable", "the time until the server takes it back is over")
    ]


def test_the_ttl_goes_down_first_and_back_means_the_old_ttl_too(pair: Pair) -> None:
    """A set that changes is served with the short TTL before anything else happens."""
    change = RecordChange("ns1", ZONE, SITES[5], "A", 300, ("198.18.1.35",), ("198.18.1.99",), "", 300, 60)
    before = pair.serials()[0]
    world = World(pair, (change,))
    seen: list[str] = []
    world.agents.broken = lambda op: bool(seen.append(f"{op}: {pair.served(SITES[5], 'A')[1]}"))
    assert world.run().state == "withdrawn"  # the AAAA that the resolver looks for is not there
    assert seen == ["arm: 60 198.18.1.35", "rollback: 60 198.18.1.99"]
    assert pair.follows(before) == before + 3
    assert pair.served(SITES[5], "A") == ("300 198.18.1.35",) * 2


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (TsigKey("jiyue-update", "d3Jvbmd3cm9uZ3dyb25nd3Jvbmc="), "PeerBadSignature"),
        (TsigKey("somebody", KEY.secret), "PeerBadKey"),
    ],
    ids=["wrong-secret", "unknown-key"],
)
def test_a_wrong_key_is_refused_and_nothing_changes(pair: Pair, key: TsigKey, said: str) -> None:
    before = pair.serials()[0]
    world = World(pair, RECORDS)
    unit = world.run(key=key)
    assert (unit.state, unit.code) == ("withdrawn", 3)
    assert said in unit.reasons[0] and key.secret not in repr((unit, world.store.lines, key))
    assert world.agents.orders == ["arm", "rollback"] and pair.follows(before) == before + 1


def test_a_server_that_gives_no_transfer(pair: Pair) -> None:
    provider = PrimaryProvider("ns2", "198.18.1.22", 53, KEY)
    with pytest.raises(Unwilling, match=f"transfer of {ZONE}"):
        pair.inside(lambda: provider.transferred(ZONE))


def test_the_update_key_may_change_addresses_below_the_apex_and_nothing_else(pair: Pair) -> None:
    before = pair.serials()[0]
    for name, kind, data in ((ZONE, "AAAA", "3fff::1"), (SITES[0], "TXT", "x"), (ZONE, "NS", "ns9.hunan.gov.cn.")):
        provider = PrimaryProvider("ns1", "127.0.0.1", 53, KEY)
        update = dns.update.UpdateMessage(ZONE, keyring=provider._keyring())
        update.add(name, 300, kind, data)
        with pytest.raises(dns.tsig.PeerBadKey):
            pair.inside(lambda update=update: dns.query.tcp(update, "127.0.0.1", port=53, timeout=5))
    assert pair.serials()[0] == before


def test_what_somebody_else_put_there_is_named_and_left(pair: Pair) -> None:
    pair.must(
        f"knotc zone-begin {ZONE} && knotc zone-set {ZONE} {SITES[1]} 300 AAAA 3fff::bad && knotc zone-commit {ZONE}"
    )
    try:
        found = pair.inside(lambda: publisher(pair).publish("ns1", RECORDS, "publish", TIMER))
        assert [(one.state, one.reason) for one in found] == [
            ("refused", f"{SITES[1]} AAAA is 3fff::bad (TTL 300), approved from nothing")
        ]
        assert pair.served(SITES[0]) == ("", "")
    finally:
        pair.must(f"knotc zone-begin {ZONE} && knotc zone-unset {ZONE} {SITES[1]} AAAA && knotc zone-commit {ZONE}")


def test_expired_signatures_are_refused(pair: Pair) -> None:
    later = publisher(pair, clock=lambda: time.time() + 15 * 86400)
    found = pair.inside(lambda: later.publish("ns1", RECORDS, "publish", TIMER))
    assert found[0].state == "refused" and "signatures have expired, the first (" in found[0].reason


def test_new_names_wait_for_a_zone_whose_negative_answers_are_kept_too_long(pair: Pair) -> None:
    """A resolver that was asked before would still deny them when they are looked for (RFC 2308, section 5)."""
    server, owner = f"ns1.{ZONE}", f"hostmaster.{ZONE}"

    def negative(seconds: int) -> None:
        serial = pair.serials()[0] + 1
        data = f"{server} {owner} {serial} 3600 600 86400 {seconds}"
        pair.must(f"knotc zone-begin {ZONE} && knotc zone-set {ZONE} @ 300 SOA {data} && knotc zone-commit {ZONE}")
        pair.follows(serial - 1)

    changed = RecordChange("ns1", ZONE, SITES[5], "A", 300, ("198.18.1.35",), ("198.18.1.35",), "", 300, 60)
    negative(3600)  # kept no longer than the SOA itself lives
    try:
        found = pair.inside(lambda: publisher(pair).publish("ns1", RECORDS, "publish", TIMER))
        assert [(one.state, one.reason) for one in found] == [
            ("refused", f"zone {ZONE}: resolvers keep for 300 s that a name does not exist, a new one is waited for "
             "45 s; lower the last number of its SOA and try again after the old time has passed")
        ]  # fmt: skip
        assert pair.served(SITES[0]) == ("", "")
        there = pair.inside(lambda: publisher(pair).publish("ns1", (changed,), "publish", TIMER))
        assert there[0].state == "published"
    finally:
        negative(10)


def test_a_secondary_that_does_not_follow_is_named_with_both_serials(pair: Pair) -> None:
    before = pair.serials()[0]
    # Freezing is an event of its own: asked for, it still lets a transfer in that is under way.
    frozen = f"{SECOND} zone-status {ZONE} +freeze | grep -q yes"
    pair.must(f"{SECOND} zone-freeze {ZONE}; until {frozen}; do sleep 0.05; done")
    world = World(pair, RECORDS)
    try:
        unit = world.run(patience=0.3)
    finally:
        pair.must(f"{SECOND} zone-thaw {ZONE}")
    assert unit.state == "withdrawn"
    assert f"zone {ZONE}: ns2 has serial {before} after 0.3 s, it should have {before + 1}" in unit.reasons[0]
    assert pair.follows(before) == before + 2


def test_server_down_then_restarted_before_the_confirmation(pair: Pair) -> None:
    """A stopped server is unreachable; one that restarts keeps what was published, and the way back still works."""
    pair.must("knotc stop && while knotc status >/dev/null 2>&1; do sleep 0.05; done; sleep 0.3")
    down = pair.inside(lambda: publisher(pair).publish("ns1", RECORDS, "publish", TIMER))
    assert down[0].state == "unreachable"
    pair.start()
    before = pair.follows(0)
    change = digest_of("restart")
    assert pair.agent(arm_records("ns1", RECORDS, change, TIMER).payload)["state"] == "armed"
    assert pair.inside(lambda: publisher(pair).publish("ns1", RECORDS, "publish", TIMER))[0].state == "published"
    pair.must("knotc stop && sleep 0.5")
    pair.start()
    assert pair.served(SITES[0])[0] == "60 3fff:10::1"
    assert pair.agent(ask("rollback", change))["state"] == "rolled-back"
    assert pair.follows(before) >= before + 2 and pair.served(SITES[0]) == ("", "")


def test_a_key_roll_waits_for_the_parent_and_the_cds_is_always_there(pair: Pair) -> None:
    zone = "example.gov.cn."
    assert pair.must(f"kdig +short +tcp @198.18.1.21 {zone} CDS").strip(), "it stands there at all times"
    pair.must(f"knotc zone-key-rollover {zone} ksk")
    deadline = time.monotonic() + 20
    while not (keys := pair.must(f"keymgr -c /etc/knot/knot.conf {zone} list").splitlines()) or len(keys) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert len(pair.must(f"kdig +short +tcp @198.18.1.21 {zone} DNSKEY").splitlines()) == 2


def test_a_name_that_the_plan_no_longer_has_is_deleted(pair: Pair) -> None:
    gone = RecordChange("ns1", ZONE, SITES[11], "A", 300, ("198.18.1.41",), (), "", 300, 60)
    try:
        found = pair.inside(lambda: publisher(pair).publish("ns1", (gone,), "publish", TIMER))
        assert [(one.state, one.changes) for one in found] == [("published", 1)]
        assert pair.served(SITES[11], "A") == ("", "")
    finally:
        add = f"knotc zone-set {ZONE} {SITES[11]} 300 A 198.18.1.41"
        pair.must(f"knotc zone-begin {ZONE} && {add} && knotc zone-commit {ZONE}")


def test_600_sets_in_two_batches_and_the_limit_on_creates(pair: Pair) -> None:
    many = tuple(aaaa(number, f"h{number}.{ZONE}") for number in range(600))
    before = pair.serials()[0]
    over = pair.inside(lambda: publisher(pair, limits=Limits(creates=599)).publish("ns1", many, "publish", 90))
    assert [(one.state, one.reason) for one in over] == [
        ("refused", f"safety limit: {ZONE} 600 new record sets, at most 599")
    ]
    assert pair.serials()[0] == before
    found = pair.inside(lambda: publisher(pair).publish("ns1", many, "publish", 90))
    assert [(one.state, one.reason, one.changes) for one in found] == [("published", "", 600)]
    assert found[0].serial == pair.follows(before) == before + 2
    gone = tuple(replace(one, before=one.after, after=(), ttl_before=60, ttl_low=0) for one in many)
    refused = pair.inside(lambda: publisher(pair).publish("ns1", gone, "publish", 90))
    assert refused[0].reason == (f"safety limit: {ZONE} 600 of 614 record sets go (98 %), at most 30 % from 10 sets on")
