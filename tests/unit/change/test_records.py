"""The states of a record set, and the limits on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rollout import Limits
from ipv6.change.compose import compose
from ipv6.change.model import RecordChange
from ipv6.change.records import final, limits, lowered, published, removals, start, ttls
from tests.unit.change.province import Fleet, inventory, prepared

DATA = (
    st.lists(st.sampled_from(("192.0.2.1", "192.0.2.2", "192.0.2.3")), unique=True, max_size=3).map(sorted).map(tuple)
)


@given(DATA, DATA, st.integers(1, 9), st.integers(1, 9), st.integers(0, 9))
def test_data_changes_once_and_the_ttl_is_never_long_meanwhile(
    before: tuple[str, ...], after: tuple[str, ...], old: int, ttl: int, low: int
) -> None:
    record = RecordChange("s", "z.", "n.z.", "A", ttl, before, after, "", old if before else 0, low if low < ttl else 0)
    states = [start(record), lowered(record) or start(record), published(record), final(record)]
    assert states[0][1] == states[1][1] == before and states[2][1] == states[3][1] == after
    assert states[0][0] == (old if before else 0) and states[3][0] == (ttl if after else 0)
    assert states[1][0] <= states[0][0] and states[2][0] <= max(states[3][0], 0)
    assert all(not data or seconds for seconds, data in states)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (RecordChange("s", "z.", "n.z.", "AAAA", 300, (), ("3fff::1",), "", 0, 60), "60 -> 300"),
        (RecordChange("s", "z.", "n.z.", "A", 300, ("1.1.1.1",), ("1.1.1.2",), "", 900, 60), "900 -> 60 -> 300"),
        (RecordChange("s", "z.", "n.z.", "A", 300, ("1.1.1.1",), (), "", 300, 60), "300 -> 60"),
        (RecordChange("s", "z.", "n.z.", "A", 300, ("1.1.1.1",), ("1.1.1.1",), "", 60), "60 -> 300"),
        (RecordChange("s", "z.", "n.z.", "A", 300, ("1.1.1.1",), ("1.1.1.1",), "already served", 300), "300"),
    ],
)
def test_what_the_reviewer_reads(record: RecordChange, said: str) -> None:
    assert ttls(record) == said


def test_a_site_that_is_gone_takes_its_names_along_and_nobody_elses() -> None:
    """What the applied change set brought and the plan no longer names is removed; what it never brought stays."""
    inv, ready, fleet = inventory(), prepared(), Fleet.day(True)
    ours = RecordChange("ns1", "changsha.gov.cn.", "gone.changsha.gov.cn.", "AAAA", 300, (), ("3fff::9",))
    servers = RecordChange("ns1", "changsha.gov.cn.", "sub.changsha.gov.cn.", "NS", 300, (), ("ns1.hunan.gov.cn.",))
    never = RecordChange("ns1", "changsha.gov.cn.", "away.changsha.gov.cn.", "AAAA", 300, (), ("3fff::8",))
    for record in (ours, servers):
        fleet.records[(record.server, record.zone, record.name, record.type)] = (300, record.after)
    fleet.records[("ns1", "changsha.gov.cn.", "by-hand.changsha.gov.cn.", "A")] = (300, ("198.18.9.9",))
    args = (inv, ready.claims, fleet.texts, fleet.records, "changsha", {}, ready)
    plain, after = compose(*args), compose(*args, (ours, servers, never, *compose(*args).records))
    assert [one for one in after.records if one not in plain.records] == [
        RecordChange("ns1", ours.zone, ours.name, "AAAA", 300, ("3fff::9",), (), "", 300, 60)
    ]
    assert not list(
        removals(inv, plain.records, {(r.server, r.zone, r.name, r.type) for r in plain.records}, fleet.records)
    )
    before = sum(bool(one.before) for one in after.records if one.zone == "changsha.gov.cn.")
    assert [limit.text for limit in after.limits if limit.id == "dns-delete"] == [
        f"1 of {before} record sets go ({100 / before:.0f} %), at most 30 % from 10 sets on"
    ]


def test_limits_carry_their_numbers_and_close_the_gate() -> None:
    new = tuple(RecordChange("s", "z.", f"n{n}.z.", "AAAA", 300, (), ("3fff::1",)) for n in range(3))
    old = tuple(RecordChange("s", "z.", f"o{n}.z.", "A", 300, ("1.1.1.1",), (), "", 300) for n in range(5))
    kept = tuple(
        RecordChange("s", "z.", f"k{n}.z.", "A", 300, ("1.1.1.1",), ("1.1.1.1",), "already served") for n in range(7)
    )
    found = limits(Limits(creates=2, deletes=30, withdraw=7), (*new, *old, *kept))
    assert [(one.id, one.where, one.text, one.state) for one in found] == [
        ("dns-create", "z.", "3 new record sets, at most 2", "exceeded"),
        ("dns-delete", "z.", "5 of 12 record sets go (42 %), at most 30 % from 10 sets on", "exceeded"),
        ("dns-withdraw", "DNS", "8 record sets may be taken back without a new approval, at most 7", "exceeded"),
    ]
    assert limits(Limits(), kept) == ()
    small = limits(Limits(), (*old, *kept[:2]))
    assert [one.state for one in small] == ["kept", "kept"], "seven sets are no zone to take percentages of"
