"""The store as one object: opens the database and offers every part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jiyue.review.trust import Trust
from jiyue.store.anchor import Anchor
from jiyue.store.database import BUSY_SECONDS, Database
from jiyue.store.ledger import Ledger
from jiyue.store.part import utc_now
from jiyue.store.proposals import ProposalRecord, Proposals
from jiyue.store.records import Records

__all__ = ["ProposalRecord", "Store", "open_store"]


class Store(Ledger, Proposals, Records):
    """Ledger, proposals, decisions, the log, assessments, journal, stages and results of one environment."""


def open_store(
    place: str | Path,
    trust: Trust | None = None,
    now: Callable[[], str] = utc_now,
    create: bool = True,
    anchor: Path | None = None,
    wait: float = BUSY_SECONDS,
) -> Store:
    """Open (and make, unless `create` is false) the store at a path, a `sqlite:////path` or a PostgreSQL URL.

    `trust` says whose signature counts and how many are needed (`jiyue.review.trust.trust_of`); without it every
    approval is refused. `anchor` is the file in which this machine keeps the newest head of the ledger that it saw.
    `wait` is how many seconds a writer waits for another one. Raises EnvironmentFailed when the store is missing,
    unreachable, unreadable, damaged or of another layout.
    """
    database = Database(place, create, wait)
    return Store(database, now, trust=trust, anchor=Anchor(anchor) if anchor else None)
