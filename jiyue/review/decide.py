"""Submit, approve, reject, review afterwards: sign a statement on a stored proposal and record it."""

from __future__ import annotations

from inventory.errors import GateError, InputError
from jiyue.review.keyring import Member
from jiyue.review.keys import SigningKey
from jiyue.review.statement import Decision, Statement, Submission, sign, sign_submission
from jiyue.review.times import later
from jiyue.store.store import ProposalRecord, Store

MAX_REASON = 1000


def submit(store: Store, digest: str, key: SigningKey, now: str) -> ProposalRecord:
    """Sign the submission of exactly this digest and hand it in; GateError when the key is not enrolled."""
    record, member = store.proposal(digest), _member(store, key)
    submission = Submission(digest, record.platform, record.author, member.person, member.unit, now)
    return store.submit(digest, sign_submission(submission, key))


def approve(
    store: Store, digest: str, key: SigningKey, reviewer: str, now: str, valid_days: int = 0, emergency: str = ""
) -> ProposalRecord:
    """Sign the approval of exactly this digest; GateError when the signer may not or it is not submitted.

    `reviewer` is the name the key's person goes by; empty takes it from the keyring. `valid_days` is at most what the
    province allows (0: that). A reason in `emergency` makes it an emergency approval.
    """
    rule = store.trust.rule(store.proposal(digest).platform)
    if not 0 <= valid_days <= rule.valid_days:
        raise InputError("review", f"{valid_days} days is out of range", f"choose 1 to {rule.valid_days} days")
    hours = rule.emergency.hours if emergency else 24 * (valid_days or rule.valid_days)
    expires = later(now, hours=hours)
    reasons = ("signed with the lab's own key",) if key.lab else ()
    return _decide(
        store, digest, key, reviewer, "approved", (*reasons, *_texts((emergency,))), now, expires, bool(emergency)
    )


def reject(
    store: Store, digest: str, key: SigningKey, reviewer: str, reasons: tuple[str, ...], now: str
) -> ProposalRecord:
    """Sign a rejection; InputError without a reason."""
    if not any(reason.strip() for reason in reasons):
        raise InputError("review", "a rejection needs a reason", "say what has to change")
    rule = store.trust.rule(store.proposal(digest).platform)
    return _decide(store, digest, key, reviewer, "rejected", _texts(reasons), now, later(now, days=rule.valid_days))


def review_after(store: Store, digest: str, key: SigningKey, reviewer: str, finding: str, now: str) -> ProposalRecord:
    """Sign the review of an emergency change after the fact; InputError without a finding."""
    if not finding.strip():
        raise InputError("review", "a review needs a finding", "say what was found")
    rule = store.trust.rule(store.proposal(digest).platform)
    return _decide(store, digest, key, reviewer, "reviewed", _texts((finding,)), now, later(now, days=rule.valid_days))


def _decide(
    store: Store,
    digest: str,
    key: SigningKey,
    reviewer: str,
    decision: Decision,
    reasons: tuple[str, ...],
    now: str,
    expires: str,
    emergency: bool = False,
) -> ProposalRecord:
    change = store.change_set(digest)
    place = f"proposal {digest[:12]}"
    if key.lab and change.kind != "lab":
        cause = f"the lab's own key cannot decide for environment {change.environment}"
        raise _refused(store, digest, GateError(place, cause, "use a reviewer's key"))
    member, record = _member(store, key), store.proposal(digest)
    if reviewer.strip() and reviewer.strip() not in (member.person, member.key):
        cause = f"{key.key_id} belongs to {member.person}, not to {reviewer.strip()}"
        raise _refused(store, digest, GateError(place, cause, "sign with the own key"))
    said = Statement(
        digest, record.platform, record.author, member.person, member.unit, decision, reasons, now, expires, emergency
    )
    try:
        envelope = sign(said, key)
    except GateError as error:
        raise _refused(store, digest, error) from None
    return store.decide(digest, envelope)


def _member(store: Store, key: SigningKey) -> Member:
    member = store.keyring().by_key.get(key.key_id)
    if member is None or member.public != key.public:
        cause = f"signed by {key.key_id}, which is no trusted reviewer key"
        raise GateError(f"key {key.key_id}", cause, "have the key enrolled: `jiyue review keys enrol`")
    return member


def _refused(store: Store, digest: str, error: GateError) -> GateError:
    """The error, once it is in the log."""
    store.log_event("refused", "", digest, why=error.cause, place=error.place)
    return error


def _texts(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(reason.strip()[:MAX_REASON] for reason in reasons if reason.strip())
