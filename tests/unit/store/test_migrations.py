"""Layouts: old stores taken over without loss, killed migrations, newer stores, both databases alike."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import jiyue.store.store  # noqa: F401  every table is known
from inventory.errors import EnvironmentFailed
from ipv6.change.model import Claim
from ipv6.ports import JournalEntry
from jiyue.store import Store, migrate, open_store, schema
from jiyue.store.database import Database
from jiyue.store.url import store_url
from tests.unit.store.conftest import Raw

LAYOUT1 = Path(__file__).with_name("layout1.sql")


def layout1(path: Path) -> None:
    """A store as the first version left it."""
    connection = sqlite3.connect(path)
    connection.executescript(LAYOUT1.read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def dump(path: Path) -> list[str]:
    """Everything in a SQLite file."""
    connection = sqlite3.connect(path)
    lines = list(connection.iterdump())
    connection.close()
    return lines


def test_a_store_of_the_first_layout_is_taken_over(tmp_path: Path) -> None:
    """Every claim with its hash, every proposal, decision, assessment, line and result; and it goes on from there."""
    layout1(tmp_path / "jiyue.db")
    raw = Raw(str(tmp_path / "jiyue.db"))
    claims = raw("SELECT seq, key, prefix, parent, at, prev_hash, hash FROM claims ORDER BY seq")
    others = {table: raw(f"SELECT * FROM {table}") for table in ("proposals", "approvals", "assessments", "journal")}
    others |= {table: raw(f"SELECT * FROM {table}") for table in ("stages", "results")}
    store = open_store(tmp_path / "jiyue.db")
    assert store.database.before == "0001" and store.database.layout == migrate.newest()
    assert raw("SELECT seq, key, prefix, parent, at, prev_hash, hash FROM ledger ORDER BY seq") == claims
    for table, rows in others.items():
        found = [row[: len(rows[0])] for row in raw(f"SELECT * FROM {table}")]
        assert found == rows and rows, table
    assert store.verify_chain() == len(claims) == 4
    store.allocate(lambda held: [Claim("new", "3fff:10:200::/48", held[0].key)])
    store.journal(JournalEntry("run-2", "changsha", "d", "commit", "fw", "confirmed", ""))
    assert store.verify_chain() == 5
    assert [entry.seq for entry in store.entries()] == [1, 2]
    for table in ("journal", "approvals", "assessments"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE seq = 1")


def test_a_damaged_old_ledger_is_not_made_good(tmp_path: Path) -> None:
    """Taking over copies what is there; the chain tells afterwards as it would have told before."""
    path = tmp_path / "jiyue.db"
    text = LAYOUT1.read_text(encoding="utf-8").replace("3fff:10:100:1000::/52", "3fff:10:100:2000::/52")
    connection = sqlite3.connect(path)
    connection.executescript(text)
    connection.close()
    with pytest.raises(EnvironmentFailed, match=r"record 3 .* does not fit the chain"):
        open_store(path).claims()


@pytest.mark.parametrize("after", ["0001", "0002"])
def test_a_killed_migration_leaves_the_old_layout(tmp_path: Path, after: str) -> None:
    """SIGKILL after a step but before the commit: the file is what it was, and the next opening finishes the work."""
    path = tmp_path / "jiyue.db"
    layout1(path)
    before = dump(path)

    def body() -> None:
        database = object.__new__(Database)
        database.url, database.place, database.wait = store_url(path), str(path), 10.0
        database._engines, database._writers, database._idle = {}, {}, {}
        with database.write() as connection:
            migrate.upgrade(connection, each=lambda passed: os.kill(os.getpid(), signal.SIGKILL))

    if after == "0001":
        worker = multiprocessing.get_context("fork").Process(target=body)
        worker.start()
        worker.join(60)
        assert worker.exitcode == -signal.SIGKILL
        assert dump(path) == before
    store = open_store(path)
    assert store.database.layout == migrate.newest() and store.verify_chain() == 4


def test_a_failing_migration_leaves_the_old_layout(place: str, tmp_path: Path) -> None:
    """On PostgreSQL too a layout changes whole or not at all."""
    store = open_store(place)
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
    shutil.copytree(migrate.HERE, tmp_path / "migrations")
    following = f"{int(migrate.newest()) + 1:04d}"
    (tmp_path / "migrations" / "versions" / f"{following}_bad.py").write_text(
        f'revision, down_revision = "{following}", "{migrate.newest()}"\n'
        "from alembic import op\nimport sqlalchemy as sa\n"
        "def upgrade():\n    op.create_table('half', sa.Column('x', sa.Integer))\n"
        "    op.execute('DROP TABLE stages')\n    op.execute('SELECT thing FROM nowhere')\n"
    )
    with pytest.raises(EnvironmentFailed, match="nowhere"), store.database.write() as connection:
        migrate.upgrade(connection, folder=tmp_path / "migrations")
    assert store.database.layout == migrate.newest()
    assert store.stages() == {} and store.verify_chain() == 1
    with pytest.raises(Raw.errors):
        Raw(place)("SELECT * FROM half")
    store.database.close()


@pytest.mark.parametrize("said", ["layout", "alembic_version"])
def test_a_newer_store_is_refused(store: Store, place: str, raw: Raw, said: str) -> None:
    """Nothing is written into what this version does not know; the message says what to do."""
    column = {"layout": "version", "alembic_version": "version_num"}[said]
    raw(f"UPDATE {said} SET {column} = '9999'")
    expected = f"its layout is 9999, this version knows {int(migrate.newest())}; use the version of jiyue that wrote it"
    with pytest.raises(EnvironmentFailed, match=re.escape(expected)):
        open_store(place)
    with pytest.raises(EnvironmentFailed, match=re.escape(expected)):
        Database(place, migrating=True)


def test_a_shared_store_waits_for_the_word(database_url: str) -> None:
    """An older layout on PostgreSQL is refused until somebody says migrate; then nothing is lost."""
    database = Database(database_url)
    with database.write() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.exec_driver_sql(f"DROP TABLE {table.name}")
        connection.exec_driver_sql("DROP TABLE alembic_version")
        migrate.upgrade(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO claims (key, prefix, parent, at, prev_hash, hash) VALUES ('plane/public', '3fff:10::/32', '', "
            "'2026-03-01T08:00:00Z', '" + "0" * 64 + "', "
            "'ff657b' || 'x')"
        )
    with pytest.raises(EnvironmentFailed, match=r"its layout is 1, .*run: jiyue store migrate"):
        open_store(database_url)
    moved = Database(database_url, migrating=True)
    assert (moved.before, moved.layout) == ("0001", migrate.newest())
    assert Raw(database_url)("SELECT seq, key, prefix FROM ledger") == [(1, "plane/public", "3fff:10::/32")]
    for each in (database, moved):
        each.close()


def test_tables_are_what_the_code_believes(store: Store) -> None:
    """The migrations make exactly the tables of `schema`, on both databases."""
    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_one_line_of_layouts() -> None:
    """Numbered without gaps, each on the one before; names of the files and revisions agree."""
    config = Config()
    config.set_main_option("script_location", str(migrate.HERE))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    revisions = [step.revision for step in script.walk_revisions()][::-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
    assert script.get_heads() == [migrate.newest()] and len(revisions) >= 2
