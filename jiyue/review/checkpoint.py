"""A signed checkpoint says how long the log was and with which hash it ended, so that cutting its tail shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import GateError, InputError
from ipv6.change.encoding import canonical
from jiyue.review import dsse, strict
from jiyue.review.chain import Break, Entry
from jiyue.review.keyring import Keyring
from jiyue.review.keys import SigningKey
from jiyue.review.times import parse_time

PLACE = "checkpoint"
FIX = "compare with the copy kept elsewhere"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The end of the log of one environment at a time."""

    environment: str
    seq: int
    hash: str
    at: str


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The envelope."""
    return dsse.sign(canonical(checkpoint), dsse.CHECKPOINT_TYPE, key.key_id, key.private)


def read(envelope: str, ring: Keyring, environment: str) -> tuple[Checkpoint, str]:
    """The verified checkpoint and who signed it; GateError when no key of the ring did, or for another environment.

    A key that is out of use by now still vouches for what was; a revoked one does not.
    """
    publics = {member.key: member.ed25519 for member in ring.members if member.status != "revoked"}
    payload, key_id = dsse.verify(envelope, dsse.CHECKPOINT_TYPE, publics, PLACE, FIX)
    try:
        found = strict.parse(Checkpoint, payload)
        parse_time(found.at)
    except (ValueError, InputError) as error:
        raise GateError(PLACE, "the signed checkpoint cannot be read", FIX) from error
    if found.environment != environment:
        raise GateError(PLACE, f"it is of environment {found.environment}, not of {environment}", FIX)
    return found, ring.by_key[key_id].person


def compare(checkpoint: Checkpoint, rows: Sequence[Entry]) -> Break | None:
    """Why the log is not the one that was signed; None when it is, and has only grown since."""
    if len(rows) < checkpoint.seq:
        cause = f"the log ends at {len(rows)}, the checkpoint of {checkpoint.at} saw {checkpoint.seq} entries"
        return Break(len(rows) + 1, f"{cause}: its tail was cut off")
    if checkpoint.seq < 1 or rows[checkpoint.seq - 1].hash != checkpoint.hash:
        return Break(checkpoint.seq, f"it is not the entry that the checkpoint of {checkpoint.at} saw")
    return None
