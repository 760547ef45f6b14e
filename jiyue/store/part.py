"""What every part of the store shares: the database and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from jiyue.store.database import Database


def utc_now() -> str:
    """Wall clock in UTC, ISO 8601 with seconds."""
    return _text(int(time.time()))


@lru_cache(2)
def _text(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Part:
    """A group of operations on one database; `now` gives UTC text like 2026-01-31T08:00:00Z."""

    def __init__(self, database: Database, now: Callable[[], str] = utc_now) -> None:
        self.database = database
        self.now = now
