"""Approve and reject: sign a decision on a submitted proposal and record it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from inventory.errors import GateError, InputError
from jiyue.review.keys import SigningKey
from jiyue.review.statement import TIME, Statement, parse_time, sign
from jiyue.store.store import ProposalRecord, Store

VALID_DAYS = 30
"""How long an approval holds."""
LONGEST_DAYS = 365


def approve(
    store: Store, digest: str, key: SigningKey, reviewer: str, now: str, valid_days: int = VALID_DAYS
) -> ProposalRecord:
    """Sign the approval of exactly this digest; GateError when the author reviews it or it is not submitted."""
    reasons = ("signed with the lab's own key",) if key.lab else ()
    return _decide(store, digest, key, reviewer, "approved", reasons, now, valid_days)


def reject(
    store: Store, digest: str, key: SigningKey, reviewer: str, reasons: tuple[str, ...], now: str
) -> ProposalRecord:
    """Sign a rejection; InputError without a reason."""
    if not any(reason.strip() for reason in reasons):
        raise InputError("review", "a rejection needs a reason", "say what has to change")
    return _decide(store, digest, key, reviewer, "rejected", reasons, now, VALID_DAYS)


def _decide(
    store: Store,
    digest: str,
    key: SigningKey,
    reviewer: str,
    decision: Literal["approved", "rejected"],
    reasons: tuple[str, ...],
    now: str,
    valid_days: int,
) -> ProposalRecord:
    if not reviewer.strip():
        raise InputError("reviewer", "a review needs a name", "say who decides")
    if not 1 <= valid_days <= LONGEST_DAYS:
        raise InputError("review", f"{valid_days} days is out of range", f"choose 1 to {LONGEST_DAYS} days")
    change = store.change_set(digest)
    if key.lab and change.kind != "lab":
        cause = f"the lab's own key cannot decide for environment {change.environment}"
        raise GateError(f"proposal {digest[:12]}", cause, "use a reviewer's key")
    record = store.proposal(digest)
    expires = (parse_time(now) + timedelta(days=valid_days)).strftime(TIME)
    statement = Statement(digest, record.platform, record.author, reviewer, decision, reasons, now, expires)
    return store.decide(digest, sign(statement, key))
