"""SQL that makes a table append-only, held by the database itself for every program that writes."""

from __future__ import annotations

from collections.abc import Sequence

FUNCTION = "jiyue_append_only"
VERBS = ("UPDATE", "DELETE")


def statements(dialect: str, table: str, unique: Sequence[str] = ("seq",)) -> list[str]:
    """Statements for one table of `dialect` sqlite or postgresql.

    `unique` are its unique columns, groups joined by commas (`seq`, `key,turn`).
    SQLite: `INSERT OR REPLACE` deletes without asking the DELETE trigger, so a third one looks at every insert.
    PostgreSQL: one trigger per statement, so that an UPDATE of no row and TRUNCATE are covered as well.
    """
    if dialect == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = '23001'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
        ]
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return [
        *(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN {refuse}; END" for verb in VERBS),
        no_replace(table, unique),
    ]


def no_replace(table: str, unique: Sequence[str]) -> str:
    """SQLite: refuse an insert that has a unique value of a row already there, `INSERT OR REPLACE` included."""
    groups = (" AND ".join(f"{column} = NEW.{column}" for column in group.split(",")) for group in unique)
    held = " OR ".join(f"({group})" for group in groups)
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {held}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
