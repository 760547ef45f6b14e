"""Review on both databases: handed in, talked about, decided, logged; tables refuse edits; many writers, one chain."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import text

from inventory.errors import EnvironmentFailed, GateError
from ipv6.change.model import ChangeSet
from jiyue.review import checkpoint, decide, keys
from jiyue.review.checkpoint import Checkpoint
from jiyue.store import Store
from jiyue.store.logcheck import check_log
from tests.unit.review.office import NOW, OFFICE, Office


def test_the_whole_way(store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey) -> None:
    """Shared needs two; the log has every step and holds."""
    zhao = office.enrol("zhao", "赵", OFFICE)
    digest = store.save_proposal(replace(change, platform="shared"), "wang")
    decide.submit(store, digest, office.enrol("wu", "吴", "research-centre", "engineer"), NOW)
    store.comment(digest, "赵", "核心路由器先行")
    assert decide.approve(store, digest, zhao, "", NOW).status == "submitted"
    assert store.proposal(digest).reasons == ("1 of 2 needed reviewers approved it (赵)",)
    assert decide.approve(store, digest, reviewer, "", NOW).status == "approved"
    assert store.approval(digest).persons == {"赵", "李主任"}
    rows = store.log()
    envelope = checkpoint.sign(Checkpoint("lab", len(rows), rows[-1].hash, NOW), zhao)
    store.put_checkpoint(envelope, "赵", len(rows))
    assert [row.kind for row in store.log(digest)] == ["proposed", "submitted", "commented", "approved", "approved"]
    assert check_log(store, "lab").breaks == ()
    assert [one.words for one in store.comments(digest)] == ["核心路由器先行"]


@pytest.mark.parametrize("table", ["audit", "comments", "keyrings", "submissions", "checkpoints"])
def test_tables_refuse_edits(store: Store, table: str) -> None:
    """Whoever writes, with whatever program."""
    store.log_event("refused", "", "x", why="y")
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET at = 'x'"):
        if table == "audit" or not store.database.is_file:
            with pytest.raises(EnvironmentFailed, match="append-only"), store.database.write() as connection:
                connection.execute(text(statement))


def test_many_writers_make_one_chain(store: Store) -> None:
    """Numbers without a gap and every hash in order, whoever was faster."""

    def work(name: str) -> None:
        for turn in range(10):
            store.log_event("refused", name, str(turn))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = check_log(store, "lab")
    assert (report.entries, report.breaks) == (40, ())


def test_a_refused_decision_leaves_only_its_note(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """The author's own review: nothing but the refusal is written."""
    digest = store.save_proposal(change, "李主任")
    store.submit(digest)
    with pytest.raises(GateError, match="cannot review it"):
        decide.approve(store, digest, reviewer, "", NOW)
    assert [row.kind for row in store.log(digest)] == ["proposed", "submitted", "refused"]
    assert store.signed(digest) == () and store.proposal(digest).status == "submitted"
