"""One digest over everything a reviewer approves (docs/adr/0001-one-digest.md)."""

from __future__ import annotations

import hashlib

from ipv6.change.encoding import canonical, from_json, to_json
from ipv6.change.model import ChangeSet

__all__ = ["derived", "digest", "from_json", "of_text", "to_json"]


def digest(change: ChangeSet) -> str:
    """sha256 in hex (64 digits) over the canonical JSON of the whole change set."""
    return hashlib.sha256(canonical(change)).hexdigest()


def of_text(text: str) -> str:
    """The digest of a change set whose canonical JSON this is."""
    return hashlib.sha256(text.encode()).hexdigest()


def derived(*parts: str) -> str:
    """A further 64-digit identity made of several, in any order; names a step that serves several change sets."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
