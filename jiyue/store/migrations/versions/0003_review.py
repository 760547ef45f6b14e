"""Review: signed submissions, comments, the keyrings that were seen, a chained log and its checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiyue.store import append_only, audit
from jiyue.store.part import utc_now

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables; approvals of the time before keep their rows and count no more (their keys have no person)."""
    op.create_table("submissions", _seq(), _digest(), *_texts("at"), sa.Column("envelope", sa.Text, nullable=False))
    op.create_table(
        "comments", _seq(), _digest(), *_texts("at", "author", "about"), sa.Column("words", sa.Text, nullable=False)
    )
    op.create_table(
        "keyrings",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("at", "fingerprint", "root"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("at", "kind", "actor"),
        sa.Column("subject", sa.String, nullable=False, index=True),
        sa.Column("detail", sa.Text, nullable=False),
        *_texts("prev_hash"),
        sa.Column("hash", sa.String, nullable=False, unique=True),
    )
    op.create_table("checkpoints", _seq(), *_texts("at"), sa.Column("envelope", sa.Text, nullable=False))
    dialect = op.get_bind().dialect.name
    unique = {"keyrings": ("version",), "audit": ("seq", "hash")}
    for table in ("submissions", "comments", "keyrings", "audit", "checkpoints"):
        for statement in append_only.statements(dialect, table, unique.get(table, ("seq",))):
            op.execute(statement)
    before = op.get_bind().execute(sa.text("SELECT max(seq) FROM approvals")).scalar()
    if before:
        # What was decided before there was a log is said once, so that `review verify-log` does not miss it.
        audit.append(op.get_bind(), utc_now(), audit.ADOPTED, "", "0003", {"approvals": int(before)})


def _seq() -> sa.Column[int]:
    return sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True)


def _digest() -> sa.Column[str]:
    return sa.Column("digest", sa.String, sa.ForeignKey("proposals.digest"), nullable=False, index=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]
