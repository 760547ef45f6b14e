"""The log: everything is in it, every edit shows, a cut tail shows against the checkpoint."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import GateError
from ipv6.change.model import ChangeSet
from jiyue.review import chain, checkpoint, decide, keys
from jiyue.review.checkpoint import Checkpoint
from jiyue.review.statement import Statement, sign
from jiyue.store import Store
from jiyue.store.logcheck import check_log
from tests.unit.review.office import NOW, Office

TABLES = ("audit", "approvals", "submissions", "comments", "keyrings", "checkpoints")


@pytest.fixture
def lived(store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey) -> Store:
    """A store in which something of everything happened, its end signed."""
    engineer = office.enrol("wang", "王工", "research-centre", "engineer")
    digest = store.save_proposal(change, "赵")
    decide.submit(store, digest, engineer, NOW)
    store.comment(digest, "李主任", "缺少日志规则", "www.changsha.gov.cn")
    with pytest.raises(GateError, match="is an engineer's key"):
        store.decide(digest, _by_engineer(engineer, digest))
    decide.approve(store, digest, reviewer, "", NOW)
    rows = store.log()
    envelope = checkpoint.sign(Checkpoint("lab", rows[-1].seq, rows[-1].hash, NOW), reviewer)
    store.put_checkpoint(envelope, "李主任", rows[-1].seq)
    return store


def _by_engineer(engineer: keys.SigningKey, digest: str) -> str:
    """An approval that an engineer signed for somebody else's proposal."""
    said = Statement(digest, "changsha", "赵", "王工", "research-centre", "approved", (), NOW, "2026-03-05T00:00:00Z")
    return sign(said, engineer)


def edit(store: Store, *statements: str) -> None:
    """What somebody with the file can do: drop the guards, then write."""
    connection = sqlite3.connect(store.database.path)
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in found:
        if name.startswith(TABLES):
            connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, f"nothing changed: {statement}"
    connection.commit()
    connection.close()


def test_whole(lived: Store) -> None:
    """Submission, comment, refusal, decision, keyring and checkpoint are there, and everything fits."""
    kinds = [row.kind for row in lived.log()]
    assert kinds == ["proposed", "keyring", "submitted", "commented", "refused", "approved", "checkpoint"]
    report = check_log(lived, "lab")
    assert (report.breaks, report.entries, report.checkpoints, report.since) == ((), 7, 1, 1)
    assert report.signer == "李主任" and report.head == lived.log()[-1].hash


EDITS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "an actor edited": (("UPDATE audit SET actor = 'x' WHERE seq = 6",), 6, "its hash does not fit: it was edited"),
    "a time edited": (("UPDATE audit SET at = '2026-02-01T08:00:00Z' WHERE seq = 3",), 3, "it was edited"),
    "an entry removed": (("DELETE FROM audit WHERE seq = 4",), 4, "entry 4 is missing, 5 follows"),
    "removed and renumbered": (
        ("DELETE FROM audit WHERE seq = 4", "UPDATE audit SET seq = seq - 1 WHERE seq > 4"), 4,
        "it does not follow the entry before"),
    "the tail cut": (
        ("DELETE FROM audit WHERE seq > 5",), 6, "the log ends at 5, the checkpoint of 2026-03-01T08:00:00Z saw 6"),
    "a decision removed": (("DELETE FROM approvals",), 6, "is not in the table approvals: removed or edited"),
    "a decision edited": (
        ("UPDATE approvals SET envelope = replace(envelope, '=', '')",), 6, "is not in the table approvals"),
    "a decision slipped in": (
        ("INSERT INTO approvals (digest, at, envelope) SELECT digest, at, 'x' FROM approvals",), 0,
        "1 rows of the table approvals are not in the log: slipped in"),
    "a submission removed": (("DELETE FROM submissions",), 3, "is not in the table submissions"),
    "a comment removed": (("DELETE FROM comments",), 4, "what it says was commented is not in the table comments"),
    "a comment's last word": (("UPDATE comments SET words = words || '。'",), 4, "is not in the table comments"),
    "a comment's author": (("UPDATE comments SET author = '王工'",), 4, "is not in the table comments"),
    "a comment's time": (("UPDATE comments SET at = '2020-01-01T00:00:00Z'",), 4, "is not in the table comments"),
    "a comment added": (
        ("INSERT INTO comments (digest, at, author, about, words) SELECT digest, at, author, '', 'x' FROM comments",),
        0,
        "1 rows of the table comments are not in the log: slipped in",
    ),
    "a keyring edited": (
        ("UPDATE keyrings SET fingerprint = 'x'", "DELETE FROM checkpoints"), 2,
        "keyring version 3 is not the same in the log and beside it"),
    "a checkpoint removed": (("DELETE FROM checkpoints",), 7, "is not in the table checkpoints"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_edits_show(lived: Store, name: str) -> None:
    """Where it breaks, and why."""
    statements, seq, cause = EDITS[name]
    edit(lived, *statements)
    found = check_log(lived, "lab").breaks
    assert any(one.seq == seq and cause in one.cause for one in found), found


def test_a_forgotten_keyring_closes_every_gate(lived: Store) -> None:
    """Who makes the store forget which keyring it saw does not get an older one accepted."""
    record = lived.current("changsha")
    edit(lived, "DELETE FROM keyrings")
    with pytest.raises(GateError, match="what the store has seen of it does not fit the log"):
        lived.approval(record.digest if record else "")


def test_everything_chained_anew_shows_against_the_copy(lived: Store) -> None:
    """Who rewrites the log and removes the checkpoint from the store meets the copy kept elsewhere."""
    (kept,) = lived.checkpoint_envelopes()
    rows = lived.log()[:-1]
    fresh: list[chain.Entry] = []
    for row in rows:
        actor = "somebody" if row.seq == 6 else row.actor
        fresh.append(chain.entry(fresh[-1] if fresh else None, row.at, row.kind, actor, row.subject, row.detail))
    edit(lived, "DELETE FROM audit", "DELETE FROM checkpoints")
    connection = sqlite3.connect(lived.database.path)
    for row in fresh:
        values = [getattr(row, name) for name in chain.Entry.__slots__]
        connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.commit()
    connection.close()
    assert check_log(lived, "lab").breaks == ()
    (found,) = check_log(lived, "lab", [kept]).breaks
    assert (found.seq, found.cause) == (6, f"it is not the entry that the checkpoint of {NOW} saw")


def test_a_removed_rejection_does_not_bring_the_approval_back(
    lived: Store, reviewer: keys.SigningKey, change: ChangeSet
) -> None:
    """The gate compares with the log by itself, before anybody verifies it."""
    record = lived.current("changsha")
    assert record is not None
    decide.reject(lived, record.digest, reviewer, "", ("端口有误",), NOW)
    edit(lived, "DELETE FROM approvals WHERE seq = 2")
    with pytest.raises(GateError, match="1 signed approvals that the log names are not in the store"):
        lived.approval(record.digest)


@pytest.mark.parametrize("table", TABLES)
def test_the_database_itself_refuses(lived: Store, table: str) -> None:
    """The triggers hold for every program that writes."""
    connection = sqlite3.connect(lived.database.path)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET at = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_checkpoints_of_others(lived: Store, tmp_path: Path, reviewer: keys.SigningKey, office: Office) -> None:
    """A stranger's, another environment's and a revoked key's are told; they never make the log look good."""
    rows = lived.log()
    end = Checkpoint("lab", rows[0].seq, rows[0].hash, NOW)
    stranger = keys.generate(tmp_path / "s", "stranger")
    told = {
        "no trusted reviewer key": checkpoint.sign(end, stranger),
        "it is of environment field, not of lab": checkpoint.sign(replace(end, environment="field"), reviewer),
    }
    for words, envelope in told.items():
        (found,) = check_log(lived, "lab", [envelope]).breaks
        assert words in found.cause
    office.revoke("li")
    assert "no trusted reviewer key" in check_log(lived, "lab").breaks[0].cause


def test_a_stranger_cannot_fill_the_log(store: Store, change: ChangeSet, office: Office) -> None:
    """What is refused is noted in a bounded entry."""
    digest = store.save_proposal(change, "wang")
    with pytest.raises(GateError):
        store.decide(digest, "x" * 5_000_000)
    (row,) = [row for row in store.log() if row.kind == "refused"]
    assert len(row.detail) < 3000 and row.subject == digest


def test_the_chain_alone(lived: Store) -> None:
    """Pure: an empty log is whole, a gap at the start is found."""
    rows = lived.log()
    assert chain.breaks(()) == [] and chain.breaks(rows) == []
    assert chain.breaks(rows[1:])[0].seq == 1
