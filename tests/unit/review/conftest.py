"""The store's fixtures, on SQLite alone: what is tested here is the judgement, tests/unit/store does both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.store.conftest import change, clock, office, reviewer, store

__all__ = ["change", "clock", "office", "reviewer", "store"]


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Where an empty store may be made."""
    return str(tmp_path / "env" / "jiyue.db")
