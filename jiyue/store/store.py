"""The store as one object: opens the database and offers every part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jiyue.review import keys
from jiyue.store.database import Database
from jiyue.store.ledger import Ledger
from jiyue.store.part import utc_now
from jiyue.store.proposals import ProposalRecord, Proposals
from jiyue.store.records import Records

__all__ = ["ProposalRecord", "Store", "open_store"]


class Store(Ledger, Proposals, Records):
    """Ledger, proposals, approvals, assessments, journal, stages and results of one environment."""


def open_store(
    place: str | Path,
    trusted: Sequence[Path] = (),
    now: Callable[[], str] = utc_now,
    create: bool = True,
) -> Store:
    """Open (and make, unless `create` is false) the store at a path or a `sqlite:////path` URL.

    `trusted` are the folders of reviewers' public keys (`jiyue.review.keys.trusted_folders`); without them every
    approval is refused. Raises EnvironmentFailed when the file is missing, unreadable, damaged or of another layout.
    """
    return Store(Database(place, create), now, lambda: keys.trusted(trusted))
