"""The ledger holds releases too, its head is kept beside it, and a record that breaks the chain is refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiyue.store import append_only

revision = "0002"
down_revision = "0001"

START = "0" * 64

SQLITE = (
    "CREATE TRIGGER ledger_chain AFTER INSERT ON ledger BEGIN "
    "UPDATE ledger_head SET count = NEW.seq, hash = NEW.hash WHERE count + 1 = NEW.seq AND hash = NEW.prev_hash; "
    "SELECT RAISE(ABORT, 'ledger: the record does not continue the chain') "
    "WHERE NOT EXISTS (SELECT 1 FROM ledger_head WHERE count = NEW.seq AND hash = NEW.hash); END",
    "CREATE TRIGGER ledger_head_follows BEFORE UPDATE ON ledger_head WHEN NEW.id <> OLD.id OR "
    "NEW.count <> OLD.count + 1 OR NOT EXISTS (SELECT 1 FROM ledger WHERE seq = NEW.count AND hash = NEW.hash) "
    "BEGIN SELECT RAISE(ABORT, 'ledger_head follows the ledger'); END",
    "CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head "
    "BEGIN SELECT RAISE(ABORT, 'ledger_head is never deleted'); END",
    "CREATE TRIGGER ledger_head_one_row BEFORE INSERT ON ledger_head WHEN EXISTS (SELECT 1 FROM ledger_head) "
    "BEGIN SELECT RAISE(ABORT, 'ledger_head has one row'); END",
)

# Once per statement: every update of the head leaves a dead row, and a plan of thousands is one statement per 500 rows.
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION jiyue_ledger_chain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE ledger_head AS h SET count = f.seq, hash = f.hash FROM fresh AS f "
    "WHERE f.seq = h.count + (SELECT count(*) FROM fresh) AND NOT EXISTS ("
    "SELECT 1 FROM fresh AS a LEFT JOIN fresh AS b ON b.seq = a.seq - 1 "
    "WHERE a.seq <= h.count OR a.prev_hash <> COALESCE(b.hash, h.hash)); IF NOT FOUND THEN "
    "RAISE EXCEPTION 'ledger, the record does not continue the chain' USING ERRCODE = '23001'; END IF; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER ledger_chain AFTER INSERT ON ledger REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT "
    "EXECUTE FUNCTION jiyue_ledger_chain()",
    # Only the trigger above moves the head; a look into the ledger here would cost more than the commit.
    "CREATE TRIGGER ledger_head_follows BEFORE UPDATE ON ledger_head FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) "
    f"EXECUTE FUNCTION {append_only.FUNCTION}()",
    "CREATE TRIGGER ledger_head_no_delete BEFORE DELETE OR TRUNCATE ON ledger_head "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {append_only.FUNCTION}()",
)


def upgrade() -> None:
    """Take every claim over as it is, hash included; then nothing but the next record fits."""
    texts = ("prefix", "parent", "reason", "until", "at", "prev_hash")
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        sa.Column("hash", sa.String, nullable=False),
        sa.UniqueConstraint("key", "turn", "kind"),
        sa.CheckConstraint("kind IN ('claim', 'release')", name="ledger_kind"),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.CheckConstraint("id = 1", name="ledger_head_one"),
    )
    op.execute(
        "INSERT INTO ledger (seq, kind, key, turn, prefix, parent, reason, until, at, prev_hash, hash) "
        "SELECT seq, 'claim', key, 1, prefix, parent, '', '', at, prev_hash, hash FROM claims ORDER BY seq"
    )
    op.execute(
        "INSERT INTO ledger_head (id, count, hash) SELECT 1, (SELECT count(*) FROM ledger), "
        f"COALESCE((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '{START}')"
    )
    op.drop_table("claims")
    dialect = op.get_bind().dialect.name
    guards = append_only.statements(dialect, "ledger", ("seq", "key,turn,kind"))
    if dialect == "sqlite":
        guards += [append_only.no_replace(table, ("seq",)) for table in ("approvals", "assessments", "journal")]
    for statement in (*guards, *(POSTGRESQL if dialect == "postgresql" else SQLITE)):
        op.execute(statement)
