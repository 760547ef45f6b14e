"""The first layout: claims, proposals, approvals, assessments, journal, stages, results.

Stores made before there were migrations have exactly these tables and `layout.version` 1; they are adopted as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiyue.store import append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of layout 1."""
    op.create_table("layout", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "claims",
        _seq(),
        sa.Column("key", sa.String, nullable=False, unique=True),
        *_texts("prefix", "parent", "at", "prev_hash"),
        sa.Column("hash", sa.String, nullable=False, unique=True),
    )
    op.create_table(
        "proposals",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False, unique=True),
        sa.Column("platform", sa.String, nullable=False, index=True),
        *_texts("author", "created", "updated", "status"),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
    )
    op.create_table(
        "approvals",
        _seq(),
        sa.Column("digest", sa.String, sa.ForeignKey("proposals.digest"), nullable=False, index=True),
        *_texts("at"),
        sa.Column("envelope", sa.Text, nullable=False),
    )
    op.create_table(
        "assessments",
        _seq(),
        sa.Column("site", sa.String, nullable=False, index=True),
        *_texts("result", "at", "expires"),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_table(
        "journal",
        _seq(),
        *_texts("run", "platform"),
        sa.Column("digest", sa.String, nullable=False, index=True),
        *_texts("step", "device", "state"),
        sa.Column("detail", sa.Text, nullable=False),
        *_texts("at"),
    )
    op.create_table(
        "stages",
        sa.Column("platform", sa.String, primary_key=True),
        *_texts("stage"),
        sa.Column("reasons", sa.Text, nullable=False),
        *_texts("at"),
    )
    op.create_table(
        "results",
        *_texts("kind", "name"),
        sa.Column("json", sa.Text, nullable=False),
        *_texts("at"),
        sa.UniqueConstraint("kind", "name"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("claims", "approvals", "assessments", "journal"):
        # The guard against INSERT OR REPLACE came with layout 2: adopted stores and new ones must be alike here.
        for statement in append_only.statements(dialect, table):
            if "_no_replace" not in statement:
                op.execute(statement)
    op.execute("INSERT INTO layout (version) VALUES (1)")


def _seq() -> sa.Column[int]:
    return sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]
