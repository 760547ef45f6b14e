"""Payloads as the controller makes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ipv6.change.model import Section


def digest_of(seed: str) -> str:
    """A digest for a made-up change."""
    return hashlib.sha256(seed.encode()).hexdigest()


def payload(
    seed: str, sections: Sequence[Section] = (), records: Sequence[dict[str, Any]] = (), timer: float = 60.0
) -> dict[str, Any]:
    """A commit of `sections` and `records`."""
    return {
        "op": "commit",
        "device": "sandbox",
        "change": digest_of(seed),
        "timer": timer,
        "sections": [asdict(section) for section in sections],
        "records": list(records),
    }


def ask(operation: str, digest: str) -> dict[str, Any]:
    """Any other operation on a change."""
    return {"op": operation, "device": "sandbox", "change": digest}
