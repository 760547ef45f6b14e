"""The tables as the newest layout has them; the migrations make them, and the triggers of what is append-only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

layout = Table("layout", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("prefix", String, nullable=False),
    Column("parent", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("until", String, nullable=False),
    Column("at", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    UniqueConstraint("key", "turn", "kind"),
    CheckConstraint("kind IN ('claim', 'release')", name="ledger_kind"),
)
"""Claims and releases; `turn` counts the times a key was claimed, `until` is the end of a release's quarantine."""

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("hash", String, nullable=False),
    CheckConstraint("id = 1", name="ledger_head_one"),
)
"""How many records the ledger has and the hash of the last; moved by the database, so that a cut tail shows."""

proposals = Table(
    "proposals",
    metadata,
    Column("digest", String, primary_key=True),
    Column("rank", Integer, nullable=False, unique=True),
    Column("platform", String, nullable=False, index=True),
    Column("author", String, nullable=False),
    Column("created", String, nullable=False),
    Column("updated", String, nullable=False),
    Column("status", String, nullable=False),
    Column("change", Text, nullable=False),
    Column("reasons", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("digest", String, ForeignKey("proposals.digest"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("envelope", Text, nullable=False),
)

assessments = Table(
    "assessments",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site", String, nullable=False, index=True),
    Column("result", String, nullable=False),
    Column("at", String, nullable=False),
    Column("expires", String, nullable=False),
    Column("evidence", Text, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("run", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("digest", String, nullable=False, index=True),
    Column("step", String, nullable=False),
    Column("device", String, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", String, nullable=False),
)

stages = Table(
    "stages",
    metadata,
    Column("platform", String, primary_key=True),
    Column("stage", String, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("at", String, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("json", Text, nullable=False),
    Column("at", String, nullable=False),
    UniqueConstraint("kind", "name"),
)

APPEND_ONLY = (ledger, approvals, assessments, journal)
