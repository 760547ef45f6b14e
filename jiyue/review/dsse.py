"""Signed statements after DSSE v1.0.0 (Dead Simple Signing Envelope): verify first, parse afterwards.

The payload type is part of what is signed, so a statement of one kind never passes for another.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from inventory.errors import GateError

APPROVAL_TYPE = "application/vnd.jiyue.approval+json"
PLACE = "approval"
AGAIN = "ask the reviewer to approve again"


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: what is signed (DSSE v1.0.0, "Signature Definition")."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, key_id: str, key: Ed25519PrivateKey) -> str:
    """The envelope as JSON text with one Ed25519 signature (RFC 8032)."""
    signature = key.sign(pae(payload_type, payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id, "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(envelope, sort_keys=True)


def verify(envelope: str, payload_type: str, trusted: Mapping[str, Ed25519PublicKey]) -> tuple[bytes, str]:
    """The signed payload and the id of the key that signed it.

    GateError for an envelope that cannot be read, an unknown key, another type or a signature that does not fit.
    """
    payload, signatures = _open(envelope, payload_type)
    unknown = []
    for key_id, signature in signatures:
        key = trusted.get(key_id)
        if key is None:
            unknown.append(key_id)
            continue
        try:
            key.verify(signature, pae(payload_type, payload))
        except InvalidSignature as error:
            raise GateError(PLACE, f"the signature of {key_id} does not fit", AGAIN) from error
        return payload, key_id
    cause = f"signed by {', '.join(unknown) or 'nobody'}, which is no trusted reviewer key"
    raise GateError(PLACE, cause, "put the reviewer's public key into the inventory's keys folder")


def _open(envelope: str, payload_type: str) -> tuple[bytes, list[tuple[str, bytes]]]:
    try:
        data: Any = json.loads(envelope)
        payload = base64.b64decode(data["payload"], validate=True)
        signatures = [(str(one["keyid"]), base64.b64decode(one["sig"], validate=True)) for one in data["signatures"]]
        kind = data["payloadType"]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise GateError(PLACE, "the envelope cannot be read", AGAIN) from error
    if kind != payload_type:
        raise GateError(PLACE, f"it signs {str(kind)[:80]!r}, not an approval", AGAIN)
    return payload, signatures
