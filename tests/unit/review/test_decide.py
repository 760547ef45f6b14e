"""Decisions: only a trusted reviewer, only this digest, only while it lasts."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import GateError, InputError
from inventory.vocab import Stage
from ipv6.change.encoding import canonical
from ipv6.change.model import ChangeSet
from ipv6.ports import LAB_KEYS
from jiyue.review import decide, keys, lab
from jiyue.store import Store, open_store
from tests.unit.review.office import Office, inventory
from tests.unit.store.conftest import NOW, StillClock


def submitted(store: Store, change: ChangeSet) -> str:
    """A proposal that waits for review."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    return digest


def test_approved(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """The whole way: proposed, submitted, approved; the approval names who and until when."""
    digest = store.save_proposal(change, "wang")
    assert store.proposal(digest).status == "proposed"
    assert store.submit(digest).status == "submitted"
    record = decide.approve(store, digest, reviewer, "李主任", NOW, valid_days=7)
    assert record.status == "approved"
    found = store.approval(digest)
    assert (found.digest, found.author, found.reviewer, found.key_id) == (digest, "wang", "李主任", reviewer.key_id)
    assert (found.at, found.expires) == (NOW, "2026-03-08T08:00:00Z")
    assert store.stages()["changsha"].stage is Stage.APPROVED
    assert store.change_set(digest) == change


def test_the_lab_key_says_so(store: Store, change: ChangeSet, tmp_path: Path) -> None:
    """An approval of the lab's own pair can be told from every other."""
    (tmp_path / "keys" / "keyring.json").unlink()
    (key, _) = lab.reviewers(tmp_path / "keys", inventory().review, NOW)
    digest = submitted(store, change)
    record = decide.approve(store, digest, key, key.key_id, NOW)
    assert store.approval(digest).key_ids <= LAB_KEYS
    assert record.reasons == ("signed with the lab's own key",)


def test_the_lab_key_is_worth_nothing_in_the_field(store: Store, change: ChangeSet, tmp_path: Path) -> None:
    """A field environment refuses it even when somebody put it among the trusted keys."""
    (tmp_path / "keys" / "keyring.json").unlink()
    (key, _) = lab.reviewers(tmp_path / "keys", inventory().review, NOW)
    digest = submitted(store, replace(change, kind="field"))
    with pytest.raises(GateError, match="lab's own key cannot decide"):
        decide.approve(store, digest, key, key.key_id, NOW)


@pytest.mark.parametrize(
    "author",
    ["李主任", "李　主任", "li", "LI"],
    ids=["same-name", "same-name-spaced", "same-key", "same-key-in-capitals"],
)
def test_author_cannot_review(store: Store, change: ChangeSet, reviewer: keys.SigningKey, author: str) -> None:
    """Neither under the own name nor with the own key."""
    digest = store.save_proposal(change, author)
    store.submit(digest)
    with pytest.raises(GateError, match="cannot review it"):
        decide.approve(store, digest, reviewer, "李主任", NOW)
    assert store.proposal(digest).status == "submitted"


def test_not_submitted(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """A draft is not reviewed."""
    digest = store.save_proposal(change, "wang")
    with pytest.raises(GateError, match="its status is proposed"):
        decide.approve(store, digest, reviewer, "李主任", NOW)


def test_rejected(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """A rejection carries its reasons, and the same digest cannot be handed in again."""
    digest = submitted(store, change)
    with pytest.raises(InputError, match="needs a reason"):
        decide.reject(store, digest, reviewer, "", (" ",), NOW)
    decide.reject(store, digest, reviewer, "", ("数据区缺少日志规则",), NOW)
    assert store.stages()["changsha"].reasons == ("数据区缺少日志规则",)
    with pytest.raises(GateError, match="rejected by 李主任: 数据区缺少日志规则"):
        store.approval(digest)
    with pytest.raises(GateError, match="it was rejected"):
        store.submit(digest)
    store.save_proposal(change, "wang")
    assert store.proposal(digest).status == "rejected"


def test_nobody_approved(store: Store, change: ChangeSet) -> None:
    """No envelope, no approval."""
    with pytest.raises(GateError, match="nobody has approved it"):
        store.approval(submitted(store, change))


@pytest.mark.parametrize(("now", "holds"), [("2026-03-31T07:59:59Z", True), ("2026-03-31T08:00:00Z", False)])
def test_expiry(
    store: Store, change: ChangeSet, reviewer: keys.SigningKey, clock: StillClock, now: str, holds: bool
) -> None:
    """Thirty days and not a second more."""
    digest = submitted(store, change)
    decide.approve(store, digest, reviewer, "李主任", NOW)
    clock.text = now
    if holds:
        assert store.approval(digest).reviewer == "李主任"
    else:
        with pytest.raises(GateError, match="it expired at"):
            store.approval(digest)


def test_unknown_key(store: Store, change: ChangeSet, reviewer: keys.SigningKey, tmp_path: Path) -> None:
    """A key that nobody trusts (any more) approves nothing."""
    digest = submitted(store, change)
    decide.approve(store, digest, reviewer, "李主任", NOW)
    bare = open_store(store.database.path)
    with pytest.raises(GateError, match="opened without one"):
        bare.approval(digest)
    stranger = Office(tmp_path / "elsewhere").enrol("li", "李主任")
    with pytest.raises(GateError, match="no trusted reviewer key"):
        decide.approve(store, digest, stranger, "", NOW)


def envelope_of(store: Store) -> str:
    """The only signed decision in the store."""
    connection = sqlite3.connect(store.database.path)
    ((text,),) = connection.execute("SELECT DISTINCT envelope FROM approvals").fetchall()
    connection.close()
    return str(text)


def _edit(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def edit(envelope: dict[str, Any]) -> None:
        payload = json.loads(base64.b64decode(envelope["payload"]))
        payload[name] = value
        envelope["payload"] = base64.b64encode(canonical(payload)).decode()

    return edit


def _other_type(envelope: dict[str, Any]) -> None:
    envelope["payloadType"] = "application/json"


def _flip(envelope: dict[str, Any]) -> None:
    signature = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    signature[5] ^= 1
    envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()


def _unsigned(envelope: dict[str, Any]) -> None:
    envelope["signatures"] = []


EDITS = {
    "digest": _edit("digest", "0" * 64),
    "expires": _edit("expires", "2099-01-01T00:00:00Z"),
    "decision": _edit("decision", "approved!"),
    "extra-key": _edit("note", "x"),
    "type": _other_type,
    "signature": _flip,
    "unsigned": _unsigned,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_tampered_envelopes(
    store: Store, change: ChangeSet, reviewer: keys.SigningKey, edit: Callable[[dict[str, Any]], None]
) -> None:
    """Any change to what was signed, or to the signature, voids the approval."""
    digest = submitted(store, change)
    decide.approve(store, digest, reviewer, "李主任", NOW)
    connection = sqlite3.connect(store.database.path)
    envelope = json.loads(connection.execute("SELECT envelope FROM approvals").fetchone()[0])
    edit(envelope)
    edited = json.dumps(envelope, sort_keys=True, separators=(",", ":"))
    connection.execute("INSERT INTO approvals (digest, at, envelope) VALUES (?, ?, ?)", (digest, NOW, edited))
    connection.commit()
    connection.close()
    with pytest.raises(GateError, match="are not in the log"):
        store.approval(digest)
    with pytest.raises(GateError):
        store.decide(digest, edited)


def test_an_approval_cannot_be_moved(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """A genuine envelope of one proposal is worth nothing for another one."""
    digest = submitted(store, change)
    decide.approve(store, digest, reviewer, "李主任", NOW)
    other = submitted(store, replace(change, stack={"services4": "10.9.0.0/20"}))
    connection = sqlite3.connect(store.database.path)
    connection.execute("INSERT INTO approvals (digest, at, envelope) SELECT ?, at, envelope FROM approvals", (other,))
    connection.commit()
    connection.close()
    with pytest.raises(GateError, match="are not in the log"):
        store.approval(other)
    with pytest.raises(GateError, match="not for this one"):
        store.decide(submitted(store, replace(change, stack={})), envelope_of(store))


def test_author_swapped_in_the_store(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """The signed author counts, so editing the column does not launder a self-review."""
    digest = submitted(store, change)
    decide.approve(store, digest, reviewer, "李主任", NOW)
    connection = sqlite3.connect(store.database.path)
    connection.execute("UPDATE proposals SET author = 'zhao'")
    connection.commit()
    connection.close()
    with pytest.raises(GateError, match="not for this one"):
        store.approval(digest)


@pytest.mark.parametrize("text", ["{}", "not json", '{"schema":"jiyue/change-set/3"}'])
def test_damaged_change_set(store: Store, change: ChangeSet, text: str) -> None:
    """Stored text that cannot be read is refused."""
    digest = submitted(store, change)
    connection = sqlite3.connect(store.database.path)
    connection.execute("UPDATE proposals SET change = ?", (text,))
    connection.commit()
    connection.close()
    with pytest.raises(GateError, match="damaged"):
        store.change_set(digest)


def test_edited_change_set(store: Store, change: ChangeSet) -> None:
    """Stored text that was edited has another digest."""
    digest = submitted(store, change)
    connection = sqlite3.connect(store.database.path)
    connection.execute("UPDATE proposals SET change = replace(change, '10.2.32.0', '10.2.48.0')")
    connection.commit()
    connection.close()
    with pytest.raises(GateError, match="has another digest"):
        store.change_set(digest)


def test_applied_and_open_again(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """What was applied once and no longer runs can be applied again under its approval."""
    digest = submitted(store, change)
    decide.approve(store, digest, reviewer, "李主任", NOW)
    store.applied(digest)
    assert store.applied_digest("changsha") == digest
    assert store.save_proposal(change, "zhao") == digest
    assert (store.proposal(digest).status, store.proposal(digest).author) == ("approved", "wang")
    assert store.applied_digest("changsha") == ""


def test_find_by_prefix(store: Store, change: ChangeSet) -> None:
    """A person types some digits; too few or unknown ones are told."""
    digest = store.save_proposal(change, "wang")
    assert store.find(digest[:12]).digest == digest
    for bad in (digest[:7], "f" * 12):
        with pytest.raises(InputError):
            store.find(bad)
