"""The append-only ledger of claims and releases, chained by hashes so that an edit or a cut tail shows."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from inventory.errors import EnvironmentFailed, InputError
from ipv6.change.model import Claim
from jiyue.store import schema
from jiyue.store.anchor import Anchor, Head
from jiyue.store.database import Database
from jiyue.store.engine import cursor
from jiyue.store.entry import CLAIM, COLUMNS, RELEASE, START, STORED, Entry, make
from jiyue.store.failures import DAMAGED
from jiyue.store.occupied import Occupied
from jiyue.store.part import Part, utc_now
from jiyue.store.view import Held, View

MOST_DAYS = 3650
LONGEST_REASON = 500
_HEAD = "SELECT count, hash FROM ledger_head"
_ROWS = f"SELECT {', '.join(COLUMNS)} FROM ledger"
_INTO = f"INSERT INTO ledger ({', '.join(COLUMNS)})"
PART = 500
"""Records per statement; PostgreSQL moves the head once for each."""


class Ledger(Part):
    """Claims: read, allocate and release inside the lock, verify.

    The ledger is kept in memory once read; under the lock or in a read only what is new since then is fetched, and
    every hash is checked on the way. Safe for threads and forked processes.
    """

    def __init__(
        self, database: Database, now: Callable[[], str] = utc_now, *, anchor: Anchor | None = None, **more: Any
    ) -> None:
        super().__init__(database, now, **more)
        self.anchor = anchor
        self._view = View(database.place)
        self._anchored = anchor is None
        self._mutex = threading.RLock()

    def claims(self, at: str | None = None) -> tuple[Claim, ...]:
        """What is claimed, in the order of the claims; `at` (UTC text) for what was claimed then."""
        if at is None:
            with self._mutex, self.database.read() as connection:
                return tuple(self._follow(*_at(connection)).claims)
        held: dict[str, Claim] = {}
        for entry in self.history():
            if entry.at <= at and entry.kind == CLAIM:
                held[entry.key] = entry.claim
            elif entry.at <= at:
                held.pop(entry.key, None)
        return tuple(held.values())

    def quarantined(self, at: str | None = None) -> tuple[Claim, ...]:
        """Released prefixes that may not be given yet, under keys `released/<key>/<turn>`; `at` is now if not given."""
        with self._mutex, self.database.read() as connection:
            return self._follow(*_at(connection)).quarantined(at or self.now())

    def history(self, key: str = "") -> tuple[Entry, ...]:
        """Every record in order, or those of one key: what was released stays in history for ever."""
        wanted = select(*STORED).order_by(schema.ledger.c.seq)
        with self.database.read() as connection:
            rows = connection.execute(wanted.where(schema.ledger.c.key == key) if key else wanted).all()
        return tuple(Entry(*row) for row in rows)

    def head(self) -> Head:
        """Where the chain ends now; to be printed, kept elsewhere or signed."""
        with self._mutex, self.database.read() as connection:
            view = self._follow(*_at(connection))
            return Head(view.count, view.head)

    def allocate(self, choose: Callable[[Held], Sequence[Claim]]) -> tuple[Claim, ...]:
        """Let `choose` pick new claims, given the ledger as it is inside the write lock; gives the new ones.

        Two processes at once never see the same ledger, so they never choose the same prefix. `choose` sees prefixes
        in quarantine too, under keys `released/<key>/<turn>`. An error in it leaves the ledger as it was. InputError
        when it claims a key again with another prefix, GateError for a prefix that overlaps another claim or one in
        quarantine.
        """
        with self._mutex:
            try:
                view, entries = self._view, self._ahead(choose)
                if not entries or len(entries) > 1 or not self.database.at_once(_INTO, entries[0]):
                    with self.database.append(_HEAD) as (driver, row):
                        view, entries = self._choose(driver, row, choose, entries)
                        if entries:
                            _insert(driver, entries)
            except BaseException:
                self._view.forget_occupied()
                raise
            return self._keep(view, entries)

    def _ahead(self, choose: Callable[[Held], Sequence[Claim]]) -> list[Entry] | None:
        """What would be written were nothing new in the ledger; None when that is not worth a guess.

        A single record made ahead is written with nothing asked before, to a server in one message: were it not the
        next one, the database would refuse it, and then everything is asked again under the lock.
        """
        if not self._anchored or not self._view.count:
            return None
        at = self.now()
        try:
            return self._new(self._view, choose(self._view.held(at)), at)
        except Exception:
            # Perhaps only because others wrote meanwhile: under the lock it is true or does not happen.
            self._view.forget_occupied()
            return None

    def _choose(
        self, driver: Any, row: Any, choose: Callable[[Held], Sequence[Claim]], ahead: list[Entry] | None
    ) -> tuple[View, list[Entry]]:
        """The view and the new records under the lock: those made ahead when nobody wrote meanwhile."""
        before = self._view.count, self._view.head
        if ahead and before != tuple(row or ()):
            for entry in reversed(ahead):
                self._view.occupied().drop(entry.claim)
            ahead = None
        view, at = self._follow(driver, row), self.now()
        if ahead is not None and before == (view.count, view.head):
            return view, ahead
        return view, self._new(view, choose(view.held(at)), at)

    def release(self, key: str, reason: str, quarantine_days: int) -> Entry:
        """Give up a claim; its prefix is given to nobody for so many days, its record stays for ever.

        InputError for a key that holds nothing, holds other claims, or without a reason.
        """
        place = f"release {key}"
        if not 0 <= quarantine_days <= MOST_DAYS:
            raise InputError(place, f"a quarantine of {quarantine_days} days", f"use 0 to {MOST_DAYS}")
        if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
            raise InputError(place, "no usable reason was given", f"say why in up to {LONGEST_REASON} characters")
        with self._mutex:
            with self.database.append(_HEAD) as (driver, row):
                view, at = self._follow(driver, row), self.now()
                claim = view.by_key.get(key)
                if claim is None:
                    raise InputError(place, "nothing is claimed under this key", "`jiyue ipv6 show ADDRESS` shows keys")
                inside = [one.key for one in view.claims if one.parent == key]
                if inside:
                    cause = f"{len(inside)} claims lie inside it: {', '.join(inside[:5])}"
                    raise InputError(place, cause, "release those first")
                until = _later(at, quarantine_days)
                entry = make(view.count + 1, view.head, RELEASE, view.turn(key), claim, at, reason.strip(), until)
                _insert(driver, [entry])
            self._keep(view, [entry])
            return entry

    def verify_chain(self, known: Head | None = None) -> int:
        """Recompute every hash; the number of records, or EnvironmentFailed at the first one that does not fit.

        `known` is a head that was printed, kept or signed before: the ledger must still contain it.
        """
        view = View(self.database.place)
        with self.database.read() as connection:
            for row in connection.execute(select(*STORED).order_by(schema.ledger.c.seq)):
                view.take(Entry(*row))
            driver = cursor(connection)
            _check_end(self.database.place, driver, view)
            for head in (known, self.anchor.read() if self.anchor else None):
                if head is not None:
                    _check_contains(self.database.place, driver, head)
        return view.count

    def accept_head(self) -> Head:
        """Take the ledger as it is for this machine's newest one, after a restore; gives its head."""
        self._anchored = True
        self._view = View(self.database.place)
        head = self.head()
        if self.anchor is not None:
            self.anchor.write(head)
        return head

    def _new(self, view: View, chosen: Sequence[Claim], at: str) -> list[Entry]:
        quarantine = Occupied(view.quarantined(at)) if view.releases else None
        occupied = view.occupied()
        fresh: dict[str, Entry] = {}
        seq, previous = view.count, view.head
        for claim in chosen:
            known = view.by_key.get(claim.key) or (fresh[claim.key].claim if claim.key in fresh else None)
            if known is not None:
                if known != claim:
                    cause = f"it is {known.prefix} in the ledger and cannot become {claim.prefix}"
                    raise InputError(f"claim {claim.key}", cause, "a claim keeps its prefix for ever")
                continue
            if quarantine is not None:
                quarantine.check(claim)
            occupied.add(claim)
            entry = make(seq + 1, previous, CLAIM, view.turn(claim.key), claim, at)
            fresh[claim.key] = entry
            seq, previous = entry.seq, entry.hash
        return list(fresh.values())

    def _keep(self, view: View, entries: Sequence[Entry]) -> tuple[Claim, ...]:
        """What was committed becomes part of the view and of what this machine has seen; gives its claims."""
        claims = tuple([view.keep(entry) for entry in entries])
        self._seen(view)
        return claims

    def _follow(self, driver: Any, row: Any) -> View:
        """The view carried on to what this transaction sees; `row` is the ledger's head in it."""
        count, head = _end(self.database.place, row)
        if not self._anchored:
            if self.anchor is not None and (seen := self.anchor.read()) is not None:
                _check_contains(self.database.place, driver, seen)
            self._anchored = True
        view = self._view
        if (view.count, view.head) == (count, head):
            self._seen(view)
            return view
        if count <= view.count or _hash_at(driver, view.count) != view.head:
            view = View(self.database.place)  # another ledger was restored into the store
        for found in driver.execute(f"{_ROWS} WHERE seq > {view.count:d} ORDER BY seq").fetchall():
            view.take(Entry(*found))
        _check_end(self.database.place, driver, view)
        self._view = view
        self._seen(view)
        return view

    def _seen(self, view: View) -> None:
        if self.anchor is not None and view.count:
            self.anchor.seen(view.count, view.head)


def _insert(driver: Any, entries: Sequence[Entry]) -> None:
    """Records in the running transaction, so many per statement."""
    mark = "?" if isinstance(driver, sqlite3.Connection) else "%s"
    row = f"({', '.join([mark] * len(COLUMNS))})"
    for start in range(0, len(entries), PART):
        part = entries[start : start + PART]
        driver.execute(f"{_INTO} VALUES {', '.join([row] * len(part))}", [value for entry in part for value in entry])


def _at(connection: Connection) -> tuple[Any, Any]:
    """The driver's own cursor in a reader's transaction, and the ledger's head in it."""
    found = cursor(connection)
    return found, found.execute(_HEAD).fetchone()


def _hash_at(driver: Any, seq: int) -> str:
    if seq == 0:
        return START
    row = driver.execute(f"SELECT hash FROM ledger WHERE seq = {seq:d}").fetchone()
    return str(row[0]) if row else ""


def _end(place: str, row: Any) -> tuple[int, str]:
    if row is None:
        raise EnvironmentFailed(place, "the ledger's head is missing: the ledger was edited", DAMAGED)
    return row[0], row[1]


def _check_end(place: str, driver: Any, view: View) -> None:
    count, head = _end(place, driver.execute(_HEAD).fetchone())
    if (view.count, view.head) != (count, head):
        cause = f"the ledger has {view.count} records and should have {count}: its end was cut off or edited"
        raise EnvironmentFailed(place, cause, DAMAGED)


def _check_contains(place: str, driver: Any, known: Head) -> None:
    if _hash_at(driver, known.count) != known.hash:
        cause = (
            f"the ledger does not contain record {known.count} as it was seen before: "
            "its end was cut off, or an old copy was put back"
        )
        fix = "restore the last backup; after a wanted restore run: jiyue store verify --accept"
        raise EnvironmentFailed(place, cause, fix)


def _later(at: str, days: int) -> str:
    start = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return (start + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
