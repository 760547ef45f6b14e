"""What people sign: a reviewer one decision on one digest, an engineer the submission of one digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from inventory.errors import GateError, InputError
from ipv6.change.encoding import canonical
from jiyue.review import dsse, strict
from jiyue.review.keyring import Keyring, Member, same_person
from jiyue.review.keys import SigningKey
from jiyue.review.times import TIME, parse_time

__all__ = ["TIME", "Statement", "Submission", "parse_time", "read", "read_submission", "sign", "sign_submission"]

Decision = Literal["approved", "rejected", "reviewed"]
"""`reviewed` is the review of an emergency change after the fact."""
SUBMIT_AGAIN = "submit it again"


@dataclass(frozen=True, slots=True)
class Statement:
    """A decision; times are UTC, ISO 8601 with seconds. `unit` is the reviewer's when it was signed."""

    digest: str
    platform: str
    author: str
    reviewer: str
    unit: str
    decision: Decision
    reasons: tuple[str, ...]
    at: str
    expires: str
    emergency: Literal[True, False] = False


@dataclass(frozen=True, slots=True)
class Submission:
    """Who hands which proposal of whom to the authority, and when."""

    digest: str
    platform: str
    author: str
    submitter: str
    unit: str
    at: str


def sign(statement: Statement, key: SigningKey) -> str:
    """The signed envelope; GateError when the author reviews the own proposal."""
    check_reviewer(statement, key.key_id)
    return dsse.sign(canonical(statement), dsse.APPROVAL_TYPE, key.key_id, key.private)


def sign_submission(submission: Submission, key: SigningKey) -> str:
    """The signed envelope of a submission."""
    return dsse.sign(canonical(submission), dsse.SUBMISSION_TYPE, key.key_id, key.private)


def read(envelope: str, ring: Keyring) -> tuple[Statement, Member]:
    """The verified statement and the member that signed it; GateError for anything else.

    Whether the key still counts, and for this, is for `jiyue.review.judge`.
    """
    payload, key_id = dsse.verify(envelope, dsse.APPROVAL_TYPE, _publics(ring))
    member = ring.by_key[key_id]
    try:
        statement = strict.parse(Statement, payload)
        _ = parse_time(statement.at), parse_time(statement.expires)
    except (ValueError, InputError) as error:
        raise GateError(dsse.PLACE, "the signed statement cannot be read", dsse.AGAIN) from error
    _same_signer(member, statement.reviewer, statement.unit, dsse.PLACE)
    check_reviewer(statement, key_id)
    return statement, member


def read_submission(envelope: str, ring: Keyring) -> tuple[Submission, Member]:
    """The verified submission and the member that signed it; GateError otherwise."""
    payload, key_id = dsse.verify(envelope, dsse.SUBMISSION_TYPE, _publics(ring), "submission", SUBMIT_AGAIN)
    member = ring.by_key[key_id]
    try:
        submission = strict.parse(Submission, payload)
        parse_time(submission.at)
    except (ValueError, InputError) as error:
        raise GateError("submission", "the signed submission cannot be read", SUBMIT_AGAIN) from error
    _same_signer(member, submission.submitter, submission.unit, "submission")
    return submission, member


def check_reviewer(statement: Statement, key_id: str) -> None:
    """GateError when author and reviewer are the same, by name or by key."""
    if same_person(statement.author, statement.reviewer) or same_person(statement.author, key_id):
        cause = f"{statement.author} wrote this proposal and cannot review it"
        raise GateError(f"proposal {statement.digest[:12]}", cause, "have somebody else review it")


def _same_signer(member: Member, person: str, unit: str, place: str) -> None:
    if (member.person, member.unit) != (person, unit):
        cause = f"{person} ({unit}) is named, but {member.key} belongs to {member.person} ({member.unit})"
        raise GateError(place, cause, "sign with the own key")


def _publics(ring: Keyring) -> Mapping[str, Ed25519PublicKey]:
    return {member.key: member.ed25519 for member in ring.members}
