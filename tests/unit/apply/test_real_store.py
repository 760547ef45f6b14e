"""The same apply against the real store: proposed, reviewed, assessed, applied, applied again, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import GateError
from inventory.vocab import Stage
from ipv6.apply.flow import ApplyResult, apply
from ipv6.apply.gates import Refused
from ipv6.apply.revert import rollback
from ipv6.apply.run import Policy
from jiyue.review import decide, lab
from jiyue.store import Store, open_store
from tests.unit.apply.world import NOW, Scene, StillClock, Told, inventory
from tests.unit.review.office import lab_approve, lab_trust

POLICY = Policy(probers=2)
PLATFORMS = ("shared", "hunan", "changsha")


@pytest.fixture
def scene() -> Scene:
    """Three change sets in memory."""
    return Scene(PLATFORMS)


@pytest.fixture
def store(tmp_path: Path, scene: Scene) -> Store:
    """A store in which everything is submitted, approved and assessed."""
    found = open_store(tmp_path / "jiyue.db", lab_trust(tmp_path / "keys"), lambda: NOW)
    for change in scene.changes.values():
        digest = found.save_proposal(change, "wang")
        lab_approve(found, digest, tmp_path / "keys", NOW)
        for site in change.sites:
            found.put_assessment(site["name"], "passed", NOW, "2026-06-01T00:00:00Z", {})
    return found


def go(scene: Scene, store: Store, tmp_path: Path) -> ApplyResult:
    """One apply."""
    parts = (store, scene.world, scene.vantage, StillClock(), Told())
    return apply(scene.digests, inventory(), *parts, "run", tmp_path / "lock", POLICY)


def test_whole_way(scene: Scene, store: Store, tmp_path: Path) -> None:
    """Applied once, unchanged the second time, rolled back, and the stage follows."""
    assert {one.state for one in go(scene, store, tmp_path).platforms} == {"applied"}
    assert store.stages()["changsha"].stage is Stage.APPLIED
    assert store.proposal(scene.digests["changsha"]).status == "applied"
    assert {one.state for one in go(scene, store, tmp_path).platforms} == {"unchanged"}
    parts = (store, scene.world, scene.vantage, StillClock(), Told())
    undone = rollback("changsha", inventory(), *parts, "run-2", tmp_path / "lock", POLICY)
    assert undone.state == "rolled-back" and not scene.world.pending()
    record = store.proposal(scene.digests["changsha"])
    assert (record.status, record.reasons) == ("approved", ("rolled back by an operator",))
    with pytest.raises(GateError, match="hunan stand on it"):
        rollback("shared", inventory(), *parts, "run-3", tmp_path / "lock", POLICY)


def test_withdrawn_approval_closes_the_gate(scene: Scene, store: Store, tmp_path: Path) -> None:
    """A rejection after the approval counts; nothing is touched."""
    key = lab.reviewers(tmp_path / "keys", inventory().review, NOW)[0]
    decide.reject(store, scene.digests["changsha"], key, "lab-reviewer", ("端口规则有误",), NOW)
    with pytest.raises(Refused, match="rejected by lab-reviewer: 端口规则有误"):
        go(scene, store, tmp_path)
    assert scene.world.runs == []


def test_a_red_platform_keeps_its_reasons(scene: Scene, store: Store, tmp_path: Path) -> None:
    """What a person reads in `status` is why it was rolled back."""
    scene.vantage.bad[("changsha", "by_address")] = "3fff::80 port 443: refused"
    assert go(scene, store, tmp_path).exit_code == 1
    assert store.stages()["changsha"].reasons == ("3fff::80 port 443: refused",)
    assert store.applied_digest("changsha") == ""
