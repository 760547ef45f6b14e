"""The ledger: append-only, chained, and never the same prefix twice."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from ipv6.change.model import Claim
from jiyue.store import Store, open_store

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
    ["UPDATE ledger SET prefix = '3fff:9::/32'", "DELETE FROM ledger WHERE seq = 1"],
    ids=["update", "delete"],
)
def test_database_itself_refuses_edits(store: Store, statement: str) -> None:
    """The triggers hold for every program that writes."""
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
    connection = sqlite3.connect(store.database.path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE ledger SET prefix = '3fff:9::/32' WHERE seq = 2",
        "UPDATE ledger SET at = '2020-01-01T00:00:00Z' WHERE seq = 1",
        "DELETE FROM ledger WHERE seq = 1",
        "UPDATE ledger SET key = 'x' WHERE seq = 3",
    ],
)
def test_an_edit_behind_the_triggers_shows(store: Store, edit: str) -> None:
    """Somebody with the file in hand can drop a trigger; the chain tells."""
    store.allocate(lambda _: [Claim(key, f"3fff:{number}::/32", "") for number, key in enumerate("abc", start=1)])
    connection = sqlite3.connect(store.database.path)
    connection.execute("DROP TRIGGER ledger_no_update")
    connection.execute("DROP TRIGGER ledger_no_delete")
    connection.execute(edit)
    connection.commit()
    connection.close()
    with pytest.raises(EnvironmentFailed, match="does not fit the chain"):
        store.verify_chain()
