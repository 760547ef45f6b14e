"""A store in a fresh folder, with a reviewer and a clock that stands still."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipv6.change.model import ChangeSet
from jiyue.review import keys
from jiyue.store import Store, open_store

NOW = "2026-03-01T08:00:00Z"


class StillClock:
    """UTC text that the test sets."""

    def __init__(self) -> None:
        self.text = NOW

    def __call__(self) -> str:
        return self.text


@pytest.fixture
def clock() -> StillClock:
    """The store's clock."""
    return StillClock()


@pytest.fixture
def reviewer(tmp_path: Path) -> keys.SigningKey:
    """A trusted reviewer's key."""
    return keys.generate(tmp_path / "keys", "sheng-fagaiwei")


@pytest.fixture
def store(tmp_path: Path, clock: StillClock) -> Store:
    """An empty store."""
    return open_store(tmp_path / "env" / "jiyue.db", (tmp_path / "keys",), clock)


@pytest.fixture
def change() -> ChangeSet:
    """The smallest change set."""
    return ChangeSet("changsha", "lab", (), (), (), ({"name": "www.changsha.gov.cn"},), {"services4": "10.2.32.0/20"})
