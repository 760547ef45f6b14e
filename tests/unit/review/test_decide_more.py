"""Submissions, emergencies and comments at the store; one changed byte; a field environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import GateError, InputError
from ipv6.change.model import ChangeSet
from jiyue.review import decide, keys, statement
from jiyue.review.statement import Statement, Submission
from jiyue.store import Store, open_store
from tests.unit.review.office import CENTRE, NOW, Office
from tests.unit.store.conftest import StillClock

HOUR = "2026-03-01T09:00:00Z"


@pytest.fixture
def field(tmp_path: Path) -> Office:
    """The authority of a field environment."""
    return Office(tmp_path / "field", "field")


@pytest.fixture
def real(tmp_path: Path, field: Office, clock: StillClock) -> Iterator[Store]:
    """A store of a field environment."""
    found = open_store(tmp_path / "real.db", field.trust, clock)
    yield found
    found.database.close()


def test_one_changed_byte(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """Every single byte of the envelope counts: none can be another one."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    said = Statement(
        digest, "changsha", "wang", "李主任", "extranet-authority", "approved", (), NOW, "2026-03-31T08:00:00Z"
    )
    envelope = statement.sign(said, reviewer)
    for at in range(len(envelope)):
        changed = envelope[:at] + chr(ord(envelope[at]) ^ 1) + envelope[at + 1 :]
        with pytest.raises(GateError):
            statement.read(changed, store.keyring())
    assert store.decide(digest, envelope).status == "approved"


def test_the_field_needs_a_signed_submission(real: Store, change: ChangeSet, field: Office) -> None:
    """Unsigned is refused; so is a reviewer who submitted, by person and by key."""
    digest = real.save_proposal(replace(change, kind="field"), "王工")
    with pytest.raises(GateError, match="the submission is not signed"):
        real.submit(digest)
    engineer, reviewer = field.enrol("wang", "王工", CENTRE, "engineer"), field.enrol("li", "李")
    assert decide.submit(real, digest, engineer, NOW).status == "submitted"
    own = field.enrol("wang-r", "王工")
    with pytest.raises(GateError, match="cannot review it"):
        decide.approve(real, digest, own, "", NOW)
    decide.approve(real, digest, reviewer, "", NOW)
    assert real.approval(digest).reviewers[0].person == "李"


def test_who_submits_for_another_cannot_review(real: Store, change: ChangeSet, field: Office) -> None:
    """The author is somebody else, the submitter signs with an engineer's key and reviews with another."""
    digest = real.save_proposal(replace(change, kind="field"), "王工")
    decide.submit(real, digest, field.enrol("zhou", "周", CENTRE, "engineer"), NOW)
    with pytest.raises(GateError, match="周 submitted this proposal and cannot review it"):
        decide.approve(real, digest, field.enrol("zhou-r", "周"), "", NOW)


def test_a_submission_of_something_else(real: Store, change: ChangeSet, field: Office) -> None:
    """Replayed from another proposal, by a revoked key, by nobody who is enrolled."""
    digest = real.save_proposal(replace(change, kind="field"), "王工")
    other = real.save_proposal(replace(change, kind="field", stack={}), "王工")
    engineer = field.enrol("wang", "王工", CENTRE, "engineer")
    made = Submission(other, "changsha", "王工", "王工", CENTRE, NOW)
    with pytest.raises(GateError, match="not for this one"):
        real.submit(digest, statement.sign_submission(made, engineer))
    field.revoke("wang")
    with pytest.raises(GateError, match="wang of 王工 is revoked since"):
        decide.submit(real, digest, engineer, NOW)
    with pytest.raises(GateError, match="no trusted reviewer key"):
        decide.submit(real, digest, Office(field.folder / "x", "field").enrol("wang", "王工"), NOW)
    assert real.proposal(digest).status == "proposed"


def test_emergency(
    store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey, clock: StillClock
) -> None:
    """Two people, one day, and open until a third has looked."""
    second, third = office.enrol("sun", "孙", CENTRE), office.enrol("qian", "钱")
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    decide.approve(store, digest, reviewer, "", NOW, emergency="核心路由器故障")
    with pytest.raises(GateError, match="1 of 2 needed reviewers"):
        store.approval(digest)
    assert store.open_reviews() == {}
    record = decide.approve(store, digest, second, "", NOW, emergency="核心路由器故障")
    assert (record.status, record.reasons) == ("approved", ("emergency approval, to be reviewed afterwards",))
    found = store.approval(digest)
    assert found.emergency and found.expires == "2026-03-02T08:00:00Z" and found.persons == {"李主任", "孙"}
    assert store.open_reviews() == {digest: "2026-03-06T08:00:00Z"}
    store.applied(digest)
    clock.text = "2026-03-02T08:00:00Z"
    with pytest.raises(GateError, match="it expired at 2026-03-02T08:00:00Z"):
        store.approval(digest)
    with pytest.raises(GateError, match="李主任 approved the emergency and cannot review it afterwards"):
        decide.review_after(store, digest, reviewer, "", "无异常", clock.text)
    with pytest.raises(InputError, match="needs a finding"):
        decide.review_after(store, digest, third, "", " ", clock.text)
    decide.review_after(store, digest, third, "", "变更符合方案", clock.text)
    assert store.open_reviews() == {} and store.proposal(digest).status == "applied"
    with pytest.raises(GateError, match="no emergency change waits for a review here"):
        decide.review_after(store, digest, third, "", "变更符合方案", clock.text)


def test_a_usual_approval_never_waits_for_a_review(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """Only what was hurried is open."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    decide.approve(store, digest, reviewer, "", NOW)
    assert store.open_reviews() == {}


def test_the_name_belongs_to_the_key(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """Nobody signs under another name."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    with pytest.raises(GateError, match="li belongs to 李主任, not to 赵"):
        decide.approve(store, digest, reviewer, "赵", NOW)
    forged = Statement(digest, "changsha", "wang", "赵", "government-office", "approved", (), NOW, HOUR)
    with pytest.raises(GateError, match=r"赵 \(government-office\) is named, but li belongs to 李主任"):
        store.decide(digest, statement.sign(forged, reviewer))


def test_yes_after_no(store: Store, change: ChangeSet, reviewer: keys.SigningKey, office: Office) -> None:
    """A replayed yes does not undo a no, and the no of one reviewer stands against the yes of another."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    said = Statement(digest, "changsha", "wang", "李主任", "extranet-authority", "approved", (), NOW, HOUR)
    yes = statement.sign(said, reviewer)
    store.decide(digest, yes)
    decide.reject(store, digest, reviewer, "", ("端口有误",), NOW)
    with pytest.raises(GateError, match="its status is rejected"):
        store.decide(digest, yes)
    with pytest.raises(GateError, match="rejected by 李主任"):
        store.approval(digest)


def test_the_same_envelope_twice_is_one(store: Store, change: ChangeSet, reviewer: keys.SigningKey) -> None:
    """Handing it in again changes nothing."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    decide.approve(store, digest, reviewer, "", NOW)
    entries = len(store.log())
    decide.approve(store, digest, reviewer, "", NOW)
    assert len(store.log()) == entries and len(store.signed(digest)) == 1


@pytest.mark.parametrize(("author", "words"), [("", "x"), ("李", " "), ("李", "x" * 4001)], ids=["who", "what", "long"])
def test_comments_need_somebody_and_something(store: Store, change: ChangeSet, author: str, words: str) -> None:
    """Wrong input, nothing written."""
    digest = store.save_proposal(change, "wang")
    with pytest.raises(InputError):
        store.comment(digest, author, words)
    assert store.comments(digest) == ()


@pytest.mark.parametrize("days", [-1, 31])
def test_days_are_bounded(store: Store, change: ChangeSet, reviewer: keys.SigningKey, days: int) -> None:
    """No longer than the province allows."""
    digest = store.save_proposal(change, "wang")
    with pytest.raises(InputError, match="out of range; choose 1 to 30 days"):
        decide.approve(store, digest, reviewer, "", NOW, days)
