"""What a reviewer signs: one decision on one digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from inventory.errors import GateError, InputError
from ipv6.change.encoding import canonical
from ipv6.ports import LAB_KEY_ID, Approval
from jiyue.review import dsse
from jiyue.review.keys import SigningKey

TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Statement:
    """A decision; times are UTC, ISO 8601 with seconds."""

    digest: str
    platform: str
    author: str
    reviewer: str
    decision: Literal["approved", "rejected"]
    reasons: tuple[str, ...]
    at: str
    expires: str


def sign(statement: Statement, key: SigningKey) -> str:
    """The signed envelope; GateError when the author reviews the own proposal."""
    check_reviewer(statement, key.key_id)
    return dsse.sign(canonical(statement), dsse.APPROVAL_TYPE, key.key_id, key.private)


def read(envelope: str, trusted: Mapping[str, Ed25519PublicKey]) -> tuple[Statement, str]:
    """The verified statement and its key id; GateError for anything that is not exactly such a statement."""
    payload, key_id = dsse.verify(envelope, dsse.APPROVAL_TYPE, trusted)
    try:
        data: Any = json.loads(payload)
        names = {one.name for one in fields(Statement)}
        if set(data) != names or not all(isinstance(data[name], str) for name in names - {"reasons"}):
            raise ValueError("wrong keys")
        statement = Statement(**{**data, "reasons": tuple(str(reason) for reason in data["reasons"])})
        if statement.decision not in ("approved", "rejected"):
            raise ValueError("unknown decision")
        _ = parse_time(statement.at), parse_time(statement.expires)
    except (ValueError, TypeError) as error:
        raise GateError(dsse.PLACE, "the signed statement cannot be read", dsse.AGAIN) from error
    check_reviewer(statement, key_id)
    return statement, key_id


def check_reviewer(statement: Statement, key_id: str) -> None:
    """GateError when author and reviewer are the same, by name or by key."""
    author = statement.author.strip().casefold()
    if author in (statement.reviewer.strip().casefold(), key_id.casefold()):
        cause = f"{statement.author} wrote this proposal and cannot review it"
        raise GateError(f"proposal {statement.digest[:12]}", cause, "have somebody else review it")


def approval_of(statement: Statement, key_id: str, digest: str, now: str) -> Approval:
    """The approval for exactly `digest`; GateError when it is for another one, a rejection or expired."""
    place = f"approval of {digest[:12]}"
    if statement.digest != digest:
        raise GateError(place, f"it approves {statement.digest[:12]}, another change set", dsse.AGAIN)
    if statement.decision != "approved":
        raise GateError(place, f"rejected by {statement.reviewer}: {'; '.join(statement.reasons)}", "propose again")
    if parse_time(now) >= parse_time(statement.expires):
        raise GateError(place, f"it expired at {statement.expires}", dsse.AGAIN)
    return Approval(digest, statement.author, statement.reviewer, key_id, statement.at, statement.expires)


def parse_time(text: str) -> datetime:
    """UTC time from its one form, 2026-01-31T08:00:00Z; InputError otherwise."""
    try:
        return datetime.strptime(text, TIME)
    except ValueError as error:
        raise InputError("time", f"{text[:40]!r} is not a UTC time", "write 2026-01-31T08:00:00Z") from error


def signed_by_lab(approval: Approval) -> bool:
    """Whether the lab's own pair signed it, which every page then says."""
    return approval.key_id == LAB_KEY_ID
