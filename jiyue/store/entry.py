"""One record of the ledger, a claim or a release, and the hash that chains it to the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import NamedTuple

from inventory.errors import InputError
from ipv6.change.model import Claim
from jiyue.store import schema

START = "0" * 64
_QUOTED: Callable[[str], str] = encode_basestring
"""A text as JSON has it, characters beyond ASCII as they are."""
CLAIM, RELEASE = "claim", "release"
RELEASED = "released/"
"""How the keys begin under which a planner sees prefixes in quarantine: `released/<key>/<turn>`."""


class Entry(NamedTuple):
    """A record as it is stored, in the order of the table's columns.

    `turn` counts the claims of one key from 1, times are UTC text, hashes hex sha256. `reason` and `until` (end of the
    quarantine) are empty in a claim.
    """

    seq: int
    kind: str
    key: str
    turn: int
    prefix: str
    parent: str
    reason: str
    until: str
    at: str
    prev_hash: str
    hash: str

    @property
    def claim(self) -> Claim:
        """The allocation that is claimed or released."""
        return Claim(self.key, self.prefix, self.parent)

    @property
    def tombstone(self) -> Claim:
        """A released prefix as a planner sees it until its quarantine ends."""
        return Claim(f"{RELEASED}{self.key}/{self.turn}", self.prefix, self.parent)

    @property
    def expected(self) -> str:
        """The hash that the other fields give."""
        return link_hash(self.prev_hash, self.kind, self.key, self.turn, self.claim, self.reason, self.until, self.at)


COLUMNS = Entry._fields
STORED = tuple(schema.ledger.c[name] for name in COLUMNS)
"""The columns in the order of the fields, so that a row is `Entry(*row)`."""


def link_hash(
    prev_hash: str, kind: str, key: str, turn: int, claim: Claim, reason: str = "", until: str = "", at: str = ""
) -> str:
    """sha256 in hex over the previous hash and the record.

    The first claim of a key is hashed as in layout 1 (five texts), so that ledgers of that layout stay valid. All
    other records have nine fields and so cannot be mistaken for one.
    """
    if kind == CLAIM and turn == 1:
        text = f"[{_QUOTED(prev_hash)},{_QUOTED(key)},{_QUOTED(claim.prefix)},{_QUOTED(claim.parent)},{_QUOTED(at)}]"
    else:
        texts = map(_QUOTED, (claim.prefix, claim.parent, reason, until, at))
        text = f"[{','.join((_QUOTED(prev_hash), _QUOTED(kind), _QUOTED(key), str(turn), *texts))}]"
    # The bytes of `ipv6.change.encoding.canonical`, which for texts and whole numbers needs no walk of its own.
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise InputError(f"claim {key!r}", "the text is not valid Unicode", "remove the lone surrogate") from error


def make(
    seq: int, prev_hash: str, kind: str, turn: int, claim: Claim, at: str, reason: str = "", until: str = ""
) -> Entry:
    """A record that continues the chain at `prev_hash`; InputError for a key that no ledger takes."""
    if not claim.key or claim.key.startswith(RELEASED):
        raise InputError(f"claim {claim.key or '(empty)'}", "is no key of the ledger", f"use one without {RELEASED}")
    hashed = link_hash(prev_hash, kind, claim.key, turn, claim, reason, until, at)
    return Entry(seq, kind, claim.key, turn, claim.prefix, claim.parent, reason, until, at, prev_hash, hashed)
