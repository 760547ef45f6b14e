"""The ledger: append-only, chained, and never the same prefix twice."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from inventory.errors import EnvironmentFailed, GateError, InputError
from ipv6.change.model import Claim
from jiyue.store import Store, open_store
from tests.unit.store.conftest import Raw, StillClock

ROUNDS = 15


def test_claims_come_back_in_order(store: Store) -> None:
    """What was allocated is there, after what was there before."""
    first = store.allocate(lambda _: [Claim("b", "3fff:2::/32", ""), Claim("a", "3fff:1::/32", "")])
    second = store.allocate(lambda held: [Claim("c", f"3fff:1:{len(held)}::/48", "a")])
    assert [claim.key for claim in second] == ["c"]
    assert second[0].prefix == "3fff:1:2::/48"
    assert store.claims() == (*first, *second)
    assert store.verify_chain() == 3


def test_same_claim_again_changes_nothing(store: Store) -> None:
    """A planner may hand over what is there already."""
    claim = Claim("a", "3fff:1::/32", "")
    store.allocate(lambda _: [claim])
    assert store.allocate(lambda _: [claim]) == ()
    assert store.verify_chain() == 1


def test_a_claim_is_never_renumbered(store: Store) -> None:
    """Another prefix for a known key is refused and leaves the ledger as it was."""
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
    with pytest.raises(InputError, match="3fff:1::/32 in the ledger"):
        store.allocate(lambda _: [Claim("z", "3fff:9::/32", ""), Claim("a", "3fff:2::/32", "")])
    assert [claim.key for claim in store.claims()] == ["a"]


def test_an_error_while_choosing_leaves_nothing(store: Store) -> None:
    """The transaction is undone and the lock is free again."""

    def choose(_: Sequence[Claim]) -> Sequence[Claim]:
        raise InputError("plan", "no space")

    with pytest.raises(InputError, match="no space"):
        store.allocate(choose)
    assert store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])


def _allocate_many(path: Path, name: str, start: multiprocessing.synchronize.Barrier) -> None:
    store = open_store(path)
    start.wait(30)
    for turn in range(ROUNDS):
        store.allocate(lambda held, turn=turn: [Claim(f"{name}/{turn}", f"3fff:{len(held):x}::/32", "")])


def test_two_processes_never_choose_the_same_prefix(tmp_path: Path) -> None:
    """Each picks by what it sees inside the lock; a lost race would show as a doubled prefix or a broken chain."""
    path = tmp_path / "jiyue.db"
    store = open_store(path)
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    workers = [context.Process(target=_allocate_many, args=(path, name, start)) for name in ("left", "right")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    prefixes = [claim.prefix for claim in store.claims()]
    assert len(prefixes) == len(set(prefixes)) == 2 * ROUNDS
    assert store.verify_chain() == 2 * ROUNDS


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET prefix = '3fff:9::/32'",
        "UPDATE ledger SET prefix = '3fff:9::/32' WHERE seq = 1",
        "DELETE FROM ledger WHERE seq = 1",
        "DELETE FROM ledger_head",
        "UPDATE ledger_head SET count = 0",
        "UPDATE ledger_head SET count = count + 1",
        "INSERT INTO ledger SELECT 3, kind, 'new', turn, prefix, parent, reason, until, at, prev_hash, 'x' FROM ledger "
        "WHERE seq = 2",
        "INSERT INTO ledger SELECT 2, kind, 'new', turn, prefix, parent, reason, until, at, hash, 'x' FROM ledger "
        "WHERE seq = 1",
    ],
    ids=["update-all", "update", "delete", "delete-head", "lower-head", "raise-head", "unchained", "second-end"],
)
def test_database_itself_refuses_edits(store: Store, raw: Raw, statement: str) -> None:
    """The triggers hold for every program that writes."""
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", ""), Claim("b", "3fff:2::/32", "")])
    with pytest.raises(raw.errors):
        raw(statement)
    assert store.verify_chain() == 2


def test_sqlite_refuses_to_replace_a_record(sqlite_store: Store) -> None:
    """INSERT OR REPLACE deletes without asking the DELETE trigger."""
    store = sqlite_store
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", ""), Claim("b", "3fff:2::/32", "")])
    raw = Raw(str(store.database.path))
    for same in ("1 AS seq, 'x' AS key, 'y' AS hash", "3 AS seq, 'a' AS key, 'y' AS hash"):
        with pytest.raises(sqlite3.IntegrityError, match=r"append-only|continue"):
            raw(
                "INSERT OR REPLACE INTO ledger "
                "(seq, key, hash, kind, turn, prefix, parent, reason, until, at, prev_hash) "
                f"SELECT {same}, 'claim', 1, '3fff:9::/32', '', '', '', at, (SELECT hash FROM ledger_head) "
                "FROM ledger WHERE seq = 1"
            )
    assert [claim.prefix for claim in store.claims()] == ["3fff:1::/32", "3fff:2::/32"]


def test_postgresql_refuses_truncate(database_url: str, clock: StillClock) -> None:
    """TRUNCATE asks no row trigger."""
    store, raw = open_store(database_url, now=clock), Raw(database_url)
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
    for table in ("ledger", "ledger_head", "journal", "assessments", "approvals"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            raw(f"TRUNCATE {table} CASCADE")
    assert store.verify_chain() == 1
    store.database.close()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE ledger SET prefix = '3fff:9::/32' WHERE seq = 2",
        "UPDATE ledger SET at = '2020-01-01T00:00:00Z' WHERE seq = 1",
        "DELETE FROM ledger WHERE seq = 1",
        "UPDATE ledger SET key = 'x' WHERE seq = 3",
        "UPDATE ledger SET turn = 2 WHERE seq = 3",
        "UPDATE ledger SET kind = 'release' WHERE seq = 3",
    ],
    ids=["prefix", "time", "first-gone", "key", "turn", "kind"],
)
def test_an_edit_behind_the_triggers_shows(store: Store, place: str, raw: Raw, edit: str) -> None:
    """Somebody with the database in hand can drop a trigger; the chain tells, also whoever opens the store next."""
    store.allocate(lambda _: [Claim(key, f"3fff:{number}::/32", "") for number, key in enumerate("abc", start=1)])
    raw.drop_guards("ledger", "ledger_head")
    raw(edit)
    with pytest.raises(EnvironmentFailed, match="does not fit the chain"):
        store.verify_chain()
    other = open_store(place)
    with pytest.raises(EnvironmentFailed, match="does not fit the chain"):
        other.claims()
    with pytest.raises(EnvironmentFailed, match="does not fit the chain"):
        other.allocate(lambda _: [Claim("d", "3fff:4::/32", "")])
    other.database.close()


def test_a_cut_tail_shows(store: Store, place: str, raw: Raw) -> None:
    """The records that are left fit each other; the head beside them tells."""
    store.allocate(lambda _: [Claim(key, f"3fff:{number}::/32", "") for number, key in enumerate("abc", start=1)])
    raw.drop_guards("ledger")
    raw("DELETE FROM ledger WHERE seq = 3")
    other = open_store(place)
    for ask in (other.claims, other.verify_chain, store.verify_chain):
        with pytest.raises(EnvironmentFailed, match="has 2 records and should have 3: its end was cut off"):
            ask()
    other.database.close()


def test_a_cut_tail_with_its_head_shows_where_it_was_seen(place: str, raw: Raw, tmp_path: Path) -> None:
    """Who cuts the head too still cannot cut what other machines remember, or a head that was kept on paper."""
    store = open_store(place, anchor=tmp_path / "ledger.head")
    store.allocate(lambda _: [Claim(key, f"3fff:{number}::/32", "") for number, key in enumerate("abc", start=1)])
    known = store.head()
    raw.drop_guards("ledger", "ledger_head")
    raw("DELETE FROM ledger WHERE seq = 3", "UPDATE ledger_head SET count = 2, hash = (SELECT hash FROM ledger "
        "WHERE seq = 2)")  # fmt: skip
    other = open_store(place, anchor=tmp_path / "ledger.head")
    for ask in (other.claims, other.verify_chain, lambda: other.allocate(lambda _: [])):
        with pytest.raises(EnvironmentFailed, match="does not contain record 3 as it was seen before"):
            ask()
    stranger = open_store(place)
    assert len(stranger.claims()) == 2, "a machine that never saw it has nothing to compare with"
    with pytest.raises(EnvironmentFailed, match="does not contain record 3"):
        stranger.verify_chain(known)
    assert other.accept_head().count == 2
    assert other.verify_chain() == 2
    for each in (store, other, stranger):
        each.database.close()


@pytest.mark.parametrize(
    "content", ["", "{}", "[" * 9000, '{"schema": "jiyue/ledger-head/1", "count": "1", "hash": ""}']
)
def test_a_broken_anchor_is_no_green_light(sqlite_store: Store, tmp_path: Path, content: str) -> None:
    """What cannot be read is not taken for `never seen`."""
    (tmp_path / "ledger.head").write_text(content)
    store = open_store(sqlite_store.database.path, anchor=tmp_path / "ledger.head")
    with pytest.raises(EnvironmentFailed, match=r"ledger\.head: the file does not hold the ledger's head"):
        store.claims()


def test_what_others_wrote_is_followed(place: str) -> None:
    """Two open stores see each other's claims and releases without reading the ledger again."""
    left, right = open_store(place), open_store(place)
    for number in range(1, 6):
        left.allocate(lambda held, number=number: [Claim(f"l{number}", f"3fff:{len(held):x}::/32", "")])
        right.allocate(lambda held, number=number: [Claim(f"r{number}", f"3fff:{len(held):x}::/32", "")])
    right.release("l3", "closed", 0)
    assert left.claims() == right.claims()
    assert len(left.claims()) == 9 and left.verify_chain() == right.verify_chain() == 11
    with pytest.raises(GateError, match="overlaps the prefix of r5"):
        left.allocate(lambda _: [Claim("x", "3fff:9::/32", "")])
    for each in (left, right):
        each.database.close()


@pytest.mark.parametrize(
    ("prefix", "parent", "clash"),
    [
        ("3fff:1::/32", "", "region"),
        ("3fff::/16", "", "region"),
        ("3fff:1:1::/48", "", "region"),
        ("3fff:1:8::/48", "region", "city"),
        ("3fff:1:8::/45", "region", "city"),
        ("10.0.0.0/8", "", "old"),
        ("3fff:1:8::/48", "city", ""),
        ("3fff:1:9::/48", "region", ""),
        ("3fff:1:8:1::/64", "city", ""),
        ("10.0.0.0/16", "old", ""),
    ],
)
def test_the_ledger_looks_itself(sqlite_store: Store, prefix: str, parent: str, clash: str) -> None:
    """No planner, however wrong, gets a prefix that another claim holds; an ancestor's may be cut or handed on."""
    store = sqlite_store
    store.allocate(
        lambda _: [
            Claim("region", "3fff:1::/32", ""),
            Claim("city", "3fff:1:8::/48", "region"),
            Claim("old", "10.0.0.0/8", ""),
        ]
    )
    if clash:
        with pytest.raises(GateError, match=f"overlaps the prefix of {clash}"):
            store.allocate(lambda _: [Claim("new", prefix, parent)])
        assert len(store.claims()) == 3
    else:
        store.allocate(lambda _: [Claim("new", prefix, parent)])
        assert len(store.claims()) == 4


@pytest.mark.parametrize("prefix", ["", "x", "3fff::", "3fff::1/64", "3fff::/129", "10.0.0.0/33", "3fff::/+4", "::/٣"])
def test_what_is_no_prefix(sqlite_store: Store, prefix: str) -> None:
    """Refused before it is written; nothing is written."""
    with pytest.raises(InputError, match="claim new"):
        sqlite_store.allocate(lambda _: [Claim("good", "3fff:1::/32", ""), Claim("new", prefix, "")])
    assert sqlite_store.claims() == ()
