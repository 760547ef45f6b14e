"""PostgreSQL: a single record moves the ledger's head by a look at that record alone."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

# Most commits are of one record; the look for gaps among many costs them more than all the rest of the trigger.
CHAIN = (
    "CREATE OR REPLACE FUNCTION jiyue_ledger_chain() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE f record; BEGIN "
    "SELECT count(*) AS rows, max(seq) AS seq, max(prev_hash) AS prev_hash, max(hash) AS hash INTO f FROM fresh; "
    "IF f.rows = 1 THEN "
    "UPDATE ledger_head AS h SET count = f.seq, hash = f.hash WHERE h.count = f.seq - 1 AND h.hash = f.prev_hash; "
    "ELSE UPDATE ledger_head AS h SET count = l.seq, hash = l.hash FROM fresh AS l "
    "WHERE l.seq = h.count + f.rows AND NOT EXISTS ("
    "SELECT 1 FROM fresh AS a LEFT JOIN fresh AS b ON b.seq = a.seq - 1 "
    "WHERE a.seq <= h.count OR a.prev_hash <> COALESCE(b.hash, h.hash)); END IF; "
    "IF NOT FOUND THEN "
    "RAISE EXCEPTION 'ledger, the record does not continue the chain' USING ERRCODE = '23001'; END IF; "
    "RETURN NULL; END $$"
)


def upgrade() -> None:
    """Replace the body of the trigger's function; SQLite's trigger looks at one row as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(CHAIN)
