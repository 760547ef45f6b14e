"""The tables of review: submissions, comments, keyrings seen, the log and its checkpoints; all append-only."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from jiyue.store.schema import metadata

submissions = Table(
    "submissions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("digest", String, ForeignKey("proposals.digest"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("envelope", Text, nullable=False),
)

comments = Table(
    "comments",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("digest", String, ForeignKey("proposals.digest"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("author", String, nullable=False),
    Column("about", String, nullable=False),
    Column("words", Text, nullable=False),
)

keyrings = Table(
    "keyrings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("root", String, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("envelope", Text, nullable=False),
)

APPEND_ONLY = (submissions, comments, keyrings, audit, checkpoints)
