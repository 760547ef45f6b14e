"""The log as a chain of hashes: each entry holds the one before, so an edit, a gap or a swap shows. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ipv6.change.encoding import canonical

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `kind` names it, `subject` is a digest, a key id or a version, `detail` JSON text."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    detail: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where the log does not hold: the entry's number (0 for the whole) and why."""

    seq: int
    cause: str


def entry(previous: Entry | None, at: str, kind: str, actor: str, subject: str, detail: str) -> Entry:
    """The entry after `previous` (None at the start)."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, START)
    return Entry(seq, at, kind, actor, subject, detail, before, hash_of(before, seq, at, kind, actor, subject, detail))


def hash_of(prev_hash: str, seq: int, at: str, kind: str, actor: str, subject: str, detail: str) -> str:
    """sha256 in hex over the previous hash and everything in the entry."""
    return hashlib.sha256(canonical([prev_hash, seq, at, kind, actor, subject, detail])).hexdigest()


def breaks(rows: Iterable[Entry]) -> Sequence[Break]:
    """The first place where the chain is broken; what follows it cannot be judged. Empty when it holds."""
    before = START
    for count, row in enumerate(rows, start=1):
        if row.seq != count:
            return [Break(count, f"entry {count} is missing, {row.seq} follows")]
        if row.prev_hash != before:
            return [Break(count, "it does not follow the entry before: one was removed or put in")]
        if row.hash != hash_of(before, row.seq, row.at, row.kind, row.actor, row.subject, row.detail):
            return [Break(count, "its hash does not fit: it was edited")]
        before = row.hash
    return []
