"""Signed statements after DSSE v1.0.0 (Dead Simple Signing Envelope): verify first, parse afterwards.

The payload type is part of what is signed, so a statement of one kind never passes for another. An envelope has one
spelling and one signature; several reviewers sign several envelopes, each with its own time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from inventory.errors import GateError

APPROVAL_TYPE = "application/vnd.jiyue.approval+json"
SUBMISSION_TYPE = "application/vnd.jiyue.submission+json"
KEYRING_TYPE = "application/vnd.jiyue.keyring+json"
CHECKPOINT_TYPE = "application/vnd.jiyue.checkpoint+json"
ACCEPTANCE_TYPE = "application/vnd.jiyue.acceptance+json"
PLACE = "approval"
AGAIN = "ask the reviewer to approve again"
MAX_BYTES = 1024 * 1024
"""No envelope of ours comes near it."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: what is signed (DSSE v1.0.0, "Signature Definition")."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, key_id: str, key: Ed25519PrivateKey) -> str:
    """The envelope as JSON text with one Ed25519 signature (RFC 8032)."""
    return _spell(payload, payload_type, key_id, key.sign(pae(payload_type, payload)))


def verify(
    envelope: str,
    payload_type: str,
    trusted: Mapping[str, Ed25519PublicKey],
    place: str = PLACE,
    fix: str = AGAIN,
) -> tuple[bytes, str]:
    """The signed payload and the id of the key that signed it.

    GateError for an envelope that cannot be read or is spelt otherwise, an unknown key, another type or a signature
    that does not fit.
    """
    payload, kind, key_id, signature = _open(envelope, place, fix)
    if kind != payload_type:
        raise GateError(place, f"it signs {kind[:80]!r}, not {payload_type}", fix)
    key = trusted.get(key_id)
    if key is None:
        cause = f"signed by {key_id[:64] or 'nobody'}, which is no trusted reviewer key"
        raise GateError(place, cause, "have the key enrolled: `jiyue review keys enrol`")
    try:
        key.verify(signature, pae(payload_type, payload))
    except InvalidSignature as error:
        raise GateError(place, f"the signature of {key_id} does not fit", fix) from error
    return payload, key_id


def fingerprint(envelope: str) -> str:
    """sha256 in hex of the envelope's text; names it in the log."""
    return hashlib.sha256(envelope.encode("utf-8", "surrogatepass")).hexdigest()


def _spell(payload: bytes, payload_type: str, key_id: str, signature: bytes) -> str:
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id, "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(envelope, sort_keys=True, separators=(",", ":"))


def _open(envelope: str, place: str, fix: str) -> tuple[bytes, str, str, bytes]:
    """Payload, type, key id and signature of the envelope's one spelling; nothing in it is believed yet."""
    try:
        if len(envelope) > MAX_BYTES:
            raise ValueError("too large")
        data: Any = json.loads(envelope)
        (signed,) = data["signatures"]
        payload = base64.b64decode(data["payload"], validate=True)
        signature = base64.b64decode(signed["sig"], validate=True)
        kind, key_id = data["payloadType"], signed["keyid"]
        if not isinstance(kind, str) or not isinstance(key_id, str):
            raise ValueError("no text")
        if _spell(payload, kind, key_id, signature) != envelope:
            raise ValueError("another spelling")
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise GateError(place, "the envelope cannot be read", fix) from error
    return payload, kind, key_id, signature
