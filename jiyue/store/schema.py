"""The tables. What is append-only is held so by the database itself: triggers refuse UPDATE and DELETE."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

VERSION = 1
"""Layout of the tables; a store with another number is refused."""

metadata = MetaData()

layout = Table("layout", metadata, Column("version", Integer, primary_key=True))

claims = Table(
    "claims",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("prefix", String, nullable=False),
    Column("parent", String, nullable=False),
    Column("at", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
)

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

APPEND_ONLY = (claims, approvals, assessments, journal)


def triggers() -> list[str]:
    """SQL that makes the append-only tables refuse UPDATE and DELETE (SQLite)."""
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
        f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ]
