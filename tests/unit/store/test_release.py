"""Releases: a tombstone with a quarantine, a history that stays, and prefixes that come back only afterwards."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import GateError, InputError
from ipv6.change.model import Claim
from ipv6.plan.plan import make_plan
from jiyue.store import Store
from tests.unit.store.conftest import StillClock
from tests.unit.store.test_planners import ROOT

A, B = Claim("site/a", "3fff:1::a/128", ""), Claim("site/b", "3fff:1::b/128", "")


def test_a_released_key_stays_in_history(store: Store, clock: StillClock) -> None:
    """What it was, since when, why it was given up, and until when nobody gets it."""
    store.allocate(lambda _: [A, B])
    clock.text = "2026-03-02T08:00:00Z"
    entry = store.release("site/a", " 网站已关停 ", 180)
    assert (entry.reason, entry.until) == ("网站已关停", "2026-08-29T08:00:00Z")
    assert store.claims() == (B,)
    assert [(one.kind, one.at) for one in store.history("site/a")] == [
        ("claim", "2026-03-01T08:00:00Z"),
        ("release", "2026-03-02T08:00:00Z"),
    ]
    assert store.claims("2026-03-01T12:00:00Z") == (A, B)
    assert store.claims("2026-03-02T08:00:00Z") == (B,)
    assert store.claims("2026-02-01T00:00:00Z") == ()
    assert store.verify_chain() == 3


def test_quarantine(store: Store, clock: StillClock) -> None:
    """Nobody gets the prefix, or anything that overlaps it, until the last second; the old holder neither."""
    store.allocate(lambda _: [A, B])
    store.release("site/a", "closed", 30)
    seen = []
    store.allocate(lambda held: seen.append(tuple(held)) or ())
    assert seen == [(B, Claim("released/site/a/1", A.prefix, ""))]
    clock.text = "2026-03-31T07:59:59Z"
    for claim in (Claim("site/c", A.prefix, ""), A, Claim("zone", "3fff:1::/64", "")):
        with pytest.raises(GateError, match="overlaps the prefix of released/site/a/1"):
            store.allocate(lambda _, claim=claim: [claim])
    assert store.quarantined() == (Claim("released/site/a/1", A.prefix, ""),)
    clock.text = "2026-03-31T08:00:00Z"
    assert store.quarantined() == ()
    store.allocate(lambda _: [Claim("site/c", A.prefix, "")])
    assert [claim.key for claim in store.claims()] == ["site/b", "site/c"]
    assert store.verify_chain() == 4


def test_a_key_comes_back_with_another_prefix(store: Store) -> None:
    """The second life of a key is a second turn, with its own release."""
    store.allocate(lambda _: [A])
    store.release(A.key, "moved", 30)
    again = Claim(A.key, "3fff:1::aa/128", "")
    assert store.allocate(lambda _: [again]) == (again,)
    store.release(A.key, "closed", 30)
    assert [(one.kind, one.turn) for one in store.history(A.key)] == [
        ("claim", 1),
        ("release", 1),
        ("claim", 2),
        ("release", 2),
    ]
    assert {claim.key for claim in store.quarantined()} == {"released/site/a/1", "released/site/a/2"}
    assert store.verify_chain() == 4


@pytest.mark.parametrize(
    ("key", "reason", "days", "said"),
    [
        ("site/x", "closed", 30, "nothing is claimed under this key"),
        ("region", "closed", 30, "2 claims lie inside it: zone, site"),
        ("site", "", 30, "no usable reason"),
        ("site", " \t", 30, "no usable reason"),
        ("site", "a\x1b[2J", 30, "no usable reason"),
        ("site", "x" * 501, 30, "no usable reason"),
        ("site", "closed", -1, "a quarantine of -1 days"),
        ("site", "closed", 99999, "a quarantine of 99999 days"),
        ("released/site/1", "closed", 30, "nothing is claimed under this key"),
    ],
)
def test_what_is_not_released(sqlite_store: Store, key: str, reason: str, days: int, said: str) -> None:
    """Refused, and the ledger is as it was."""
    sqlite_store.allocate(
        lambda _: [
            Claim("region", "3fff:1::/48", ""),
            Claim("zone", "3fff:1::/52", "region"),
            Claim("site", "3fff:1:0:8000::/64", "region"),
        ]
    )
    with pytest.raises(InputError, match=said):
        sqlite_store.release(key, reason, days)
    assert sqlite_store.verify_chain() == 3


@pytest.mark.parametrize("key", ["", "released/a/1"])
def test_keys_of_the_ledger_itself(sqlite_store: Store, key: str) -> None:
    """A planner that hands a quarantined prefix back as a claim is wrong."""
    with pytest.raises(InputError, match="is no key of the ledger"):
        sqlite_store.allocate(lambda _: [Claim(key, "3fff:1::/48", "")])


def test_the_planner_leaves_quarantined_places_alone(sqlite_store: Store) -> None:
    """A link's place that is released is passed over by the next link, and a plan of the rest stays what it was."""
    from inventory import source

    inv = source.load(ROOT / "inventory" / "hunan", "lab")
    store = sqlite_store
    store.allocate(lambda held: make_plan(inv, held).new)
    victim = next(claim for claim in store.claims() if claim.key.startswith("link/") and claim.prefix.endswith("/64"))
    inside = [claim.key for claim in store.claims() if claim.parent == victim.key]
    before = {claim.key: claim.prefix for claim in store.claims()}
    for key in [*inside, victim.key]:
        store.release(key, "test", 30)
    store.allocate(lambda held: make_plan(inv, held).new)
    after = {claim.key: claim.prefix for claim in store.claims()}
    assert after.keys() == before.keys()
    moved = {key for key in before if before[key] != after[key]}
    assert moved == {victim.key, *inside}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["claim", "release", "wait"]), st.integers(0, 5), st.integers(0, 3)), max_size=25
    )
)
def test_never_twice(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]) -> None:
    """Whatever is claimed, released and waited for: no two holders, none before its quarantine ended, views agree."""
    from jiyue.store import open_store

    clock, day = StillClock(), 1
    path = tmp_path_factory.mktemp("never") / "a.db"
    left, right = open_store(path, now=clock), open_store(path, now=clock)
    until: dict[str, int] = {}
    holder: dict[str, str] = {}
    for number, (step, which, size) in enumerate(steps):
        key, prefix = f"k{which}", f"3fff:{size}::/32"
        chosen = [Claim(key, prefix, "")]
        store = left if number % 2 else right
        if step == "wait":
            day = min(day + 1 + size, 28)
            clock.text = f"2026-03-{day:02d}T08:00:00Z"
        elif step == "release":
            if key in holder:
                store.release(key, "test", size)
                until[holder.pop(key)] = day + size
            else:
                with pytest.raises(InputError):
                    store.release(key, "test", size)
        elif holder.get(key, prefix) != prefix:
            with pytest.raises(InputError):
                store.allocate(lambda _, chosen=chosen: chosen)
        elif key in holder:
            assert store.allocate(lambda _, chosen=chosen: chosen) == ()
        elif prefix in holder.values() or until.get(prefix, 0) > day:
            with pytest.raises(GateError):
                store.allocate(lambda _, chosen=chosen: chosen)
        else:
            store.allocate(lambda _, chosen=chosen: chosen)
            holder[key] = prefix
    fresh = open_store(path, now=clock)
    assert {claim.key: claim.prefix for claim in fresh.claims()} == holder
    assert fresh.claims() == left.claims() == right.claims()
    assert fresh.quarantined() == left.quarantined() == right.quarantined()
    assert fresh.verify_chain() == left.verify_chain()
