"""Durable commits of the ledger beside raw INSERT commits: same rows, same settings, in turns on the same disk.

Ours is `Ledger.allocate` as the product calls it: lock, what others wrote meanwhile, the check against every claim and
quarantine, the hash chain, triggers, the head, the anchor file. The peer is the driver alone, one prepared INSERT per
transaction into a table with the same columns and keys. Bursts of ten commits of both take turns, who comes first
changes every time, so that both meet the same moods of the disk; what the benchmark does itself is done between bursts,
so that neither side pays for it.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select

from ipv6.change.model import Claim
from jiyue.store import Store, open_store, schema
from jiyue.store.entry import COLUMNS, STORED
from tests.bench.record import Record, median_and_spread
from tests.unit.store.server import running

ROOT = Path(__file__).resolve().parents[2]
HELD, COMMITS, WARM, BURST = 20_000, 1_000, 50, 10
GOAL = 0.7
TABLE = (
    "CREATE TABLE raw_ledger (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, turn INTEGER NOT NULL, "
    "prefix TEXT NOT NULL, parent TEXT NOT NULL, reason TEXT NOT NULL, until TEXT NOT NULL, at TEXT NOT NULL, "
    "prev_hash TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (key, turn, kind))"
)
Row = tuple[Any, ...]
Write = Callable[[Sequence[Row]], None]


def claim(number: int) -> Claim:
    """The claim with that number: a /64 of its own."""
    return Claim(f"use/{number}", f"3fff:10:{number >> 16:x}:{number & 0xFFFF:x}::/64", "")


def ours(store: Store, numbers: Sequence[int]) -> list[float]:
    """Seconds of the allocation of each claim; the claims are made before, like the peer's rows."""
    times = []
    for wanted in [claim(number) for number in numbers]:
        started = time.perf_counter()
        store.allocate(lambda held, wanted=wanted: () if held.get(wanted.key) else (wanted,))  # type: ignore[misc]
        times.append(time.perf_counter() - started)
    return times


@contextmanager
def raw_sqlite(path: Path) -> Iterator[Any]:
    """The module sqlite3 with the store's settings."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=4000"):
        connection.execute(f"PRAGMA {pragma}")
    yield connection
    connection.close()


@contextmanager
def raw_postgresql(url: str) -> Iterator[Any]:
    """psycopg alone; each block of statements is one transaction with its own BEGIN and COMMIT."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        yield connection


def raw(connection: Any, rows: Sequence[Row], mark: str) -> list[float]:
    """Seconds of one commit per row."""
    begin = "BEGIN IMMEDIATE" if mark == "?" else "BEGIN"
    insert = f"INSERT INTO raw_ledger VALUES ({', '.join([mark] * len(COLUMNS))})"
    times = []
    for row in rows:
        started = time.perf_counter()
        connection.execute(begin)
        connection.execute(insert, row)
        connection.execute("COMMIT")
        times.append(time.perf_counter() - started)
    return times


def since(store: Store, seq: int) -> list[Row]:
    """The rows of the ledger after that record."""
    wanted = select(*STORED).where(schema.ledger.c.seq > seq).order_by(schema.ledger.c.seq)
    with store.database.read() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def side_by_side(store: Store, peer: Any, mark: str, commits: int) -> tuple[list[float], list[float]]:
    """Seconds of every commit of ours and of the peer, in turns; equal rows in the end or no figure at all."""
    store.allocate(lambda _: [claim(number) for number in range(HELD)])
    columns = ", ".join(COLUMNS)
    peer.execute(TABLE)
    rows = [tuple(entry) for entry in store.history()]
    peer.execute("BEGIN")
    cursor = peer.cursor()
    cursor.executemany(f"INSERT INTO raw_ledger VALUES ({', '.join([mark] * len(COLUMNS))})", rows)
    peer.execute("COMMIT")
    mine: list[float] = []
    theirs: list[float] = []
    for burst in range(commits // BURST):
        number = HELD + burst * BURST
        # The peer writes what ours wrote in the burst before.
        wanted = since(store, number - BURST) if burst else []
        if burst % 2:
            mine += ours(store, range(number, number + BURST))
        theirs += raw(peer, wanted, mark)
        if not burst % 2:
            mine += ours(store, range(number, number + BURST))
    theirs += raw(peer, since(store, HELD + commits - BURST), mark)
    written = peer.execute(f"SELECT {columns} FROM raw_ledger ORDER BY seq").fetchall()
    if [tuple(row) for row in written] != [tuple(entry) for entry in store.history()]:
        raise SystemExit("the peer did not write what the ledger did: the figure would not count")
    if store.verify_chain() != HELD + commits:
        raise SystemExit("a commit is missing: the figure would not count")
    return mine[WARM:], theirs[WARM:]


def record(identity: str, work: str, peer: str, mine: Sequence[float], theirs: Sequence[float], rounds: int) -> Record:
    """Rates from the medians of the commits; the ratio is the median of that of each pair of neighbours.

    A disk that is fast now and slow a second later meets both of a pair alike. The spread is that of ten parts.
    """
    part = len(mine) // 10
    parts = [1 / statistics.median(mine[at : at + part]) for at in range(0, len(mine) - part + 1, part)]
    rate, peer_rate = (round(1 / statistics.median(times), 2) for times in (mine, theirs))
    exact = statistics.median(other / own for own, other in zip(mine, theirs, strict=True))
    spread = median_and_spread(parts)[1]
    goal = f">= {GOAL:.0%} of the peer"
    ratio = round(exact, 2)
    return Record(identity, work, peer, peer_rate, rate, "commits/s", ratio, goal, exact >= GOAL, rounds, spread)


def measure(rounds: int) -> list[Record]:
    """Both databases, `rounds` times 1,000 commits of each side on a ledger of 20,000 records."""
    (ROOT / "var").mkdir(exist_ok=True)
    work = f"one claim per durable commit, ledger of {HELD:,} records"
    with tempfile.TemporaryDirectory(prefix="bench-ledger-", dir=ROOT / "var") as name:
        folder = Path(name)
        store = open_store(folder / "ours.db", anchor=folder / "ledger.head")
        with raw_sqlite(folder / "raw.db") as peer:
            lite = side_by_side(store, peer, "?", WARM + COMMITS * rounds)
        store.database.close()
    with running() as server, tempfile.TemporaryDirectory(prefix="bench-ledger-", dir=ROOT / "var") as name:
        url = server.new("bench")
        store = open_store(url, anchor=Path(name) / "ledger.head")
        with raw_postgresql(url) as peer:
            post = side_by_side(store, peer, "%s", WARM + COMMITS * rounds)
        store.database.close()
    return [
        record("ledger-sqlite", f"{work}, SQLite", "raw INSERT commits, module sqlite3", *lite, rounds),
        record("ledger-postgresql", f"{work}, PostgreSQL", "raw INSERT commits, psycopg", *post, rounds),
    ]
