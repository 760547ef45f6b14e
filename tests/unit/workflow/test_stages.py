"""Stages only go up, except when something is found to be no further; reasons go when they are overcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.vocab import Stage
from jiyue.store import Store, open_store
from jiyue.workflow.stages import advance, fall_back


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(tmp_path / "jiyue.db")


def held(store: Store) -> tuple[Stage, tuple[str, ...]]:
    """Stage and reasons of the one platform."""
    record = store.stages()["changsha"]
    return record.stage, record.reasons


def test_planning_again_lowers_nothing_and_keeps_the_reason(store: Store) -> None:
    """A red verify is still told after `ipv6 plan`."""
    store.set_stage("changsha", Stage.APPLIED, ("tcp-ports: 3fff::1:443 refused",))
    advance(store, "changsha", Stage.PLANNED)
    assert held(store) == (Stage.APPLIED, ("tcp-ports: 3fff::1:443 refused",))


def test_reaching_the_same_stage_clears_its_reasons(store: Store) -> None:
    """Applied again without a complaint."""
    store.set_stage("changsha", Stage.APPLIED, ("refused",))
    advance(store, "changsha", Stage.APPLIED)
    assert held(store) == (Stage.APPLIED, ())


def test_going_on_clears_them_too(store: Store) -> None:
    """Verified after all."""
    store.set_stage("changsha", Stage.APPLIED, ("refused",))
    advance(store, "changsha", Stage.VERIFIED)
    assert held(store) == (Stage.VERIFIED, ())


def test_falling_back_never_lifts(store: Store) -> None:
    """A failed apply of a platform that was never assessed leaves it where it was."""
    store.set_stage("changsha", Stage.APPROVED)
    fall_back(store, "changsha", Stage.ASSESSED, ("why",))
    assert held(store) == (Stage.APPROVED, ("why",))
