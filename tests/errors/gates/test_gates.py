"""Each closed gate refuses with exit code 3 and its own words, before any device is asked to change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory.errors import GateError, InputError
from inventory.model import SHARED
from inventory.rollout import WEEKDAYS, Windows
from ipv6.apply import gates
from ipv6.apply.flow import apply
from ipv6.change.digest import digest
from ipv6.change.documentation import documentation
from ipv6.change.model import ChangeSet, Claim
from ipv6.drivers.registry import text_hash
from ipv6.ports import Approval, JournalEntry, Signer
from tests.unit.apply.world import NOW, Scene, StillClock, inventory

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


APPLIED_AND_PROVEN = (("done", "", "applied", ""), ("evidence", "", "passed", ""))
ALWAYS = {"windows": [{"days": WEEKDAYS, "start": "00:00", "end": "00:00"}]}


class Strict:
    """The scene's store with one thing wrong."""

    def __init__(self, scene: Scene, case: dict[str, Any], approval: Approval, stored: ChangeSet | None) -> None:
        self._store, self._case, self._approval, self._stored = scene.store, case, approval, stored

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def approval(self, wanted: str) -> Approval:
        """As the real store does: no approval and an expired one are refused there."""
        if "approval" in self._case and self._case["approval"] is None:
            raise GateError("approval", "nobody has approved it", "have it reviewed")
        if self._approval.expires <= NOW:
            raise GateError("approval", f"it expired at {self._approval.expires}", "ask the reviewer to approve again")
        return self._approval

    def change_set(self, wanted: str) -> ChangeSet:
        """What is stored, which a case may have edited."""
        if self._stored is None:
            raise InputError("digest", "there is no such proposal", "propose again")
        return self._stored

    def claims(self) -> tuple[Claim, ...]:
        """The ledger of the case."""
        return tuple(Claim(*claim) for claim in self._case.get("ledger", ()))

    def assessed_sites(self, now: str) -> frozenset[str]:
        """The case's list."""
        return frozenset(self._case.get("assessed", ["www.changsha.gov.cn"]))

    def applied_digest(self, platform: str) -> str:
        """Whether what goes before runs."""
        return str(self._case.get(platform, "something")) if platform in (SHARED, "hunan") else ""


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str, tmp_path: Path) -> None:
    """The words, the exit code, and an untouched world."""
    case = CASES[name]
    scene = Scene(("changsha",))
    change = replace(scene.changes["changsha"], **case.get("change", {}))
    wanted = digest(change)
    approval = replace(scene.store.approvals[scene.digests["changsha"]], digest=wanted)
    said = dict(case.get("approval") or {})
    if "reviewers" in said:
        said["reviewers"] = tuple(Signer(*one) for one in said["reviewers"])
    approval = replace(approval, **said)
    edit = case.get("stored", {})
    stored = None if edit is None else replace(change, **{key: tuple(value) for key, value in edit.items()})
    inv = inventory()
    if "environment" in case:
        inv = inv.model_copy(update={"environment": inv.environment.model_copy(update=case["environment"])})
    inv = inv.model_copy(update={"windows": Windows.model_validate(case.get("windows", ALWAYS))})
    scene.world.texts |= case.get("runs", {})
    scene.world.via |= case.get("via", {})
    hashes = {"digest": wanted[:12], "base": scene.changes["changsha"].devices[0].sections[0].base_hash[:12]}
    hashes["running"] = text_hash(scene.world.texts["pe-changsha"])[:12]
    before = scene.world.picture()
    store = Strict(scene, case, approval, stored)
    with pytest.raises(gates.Refused) as caught:
        apply(
            {"changsha": wanted},
            inv,
            store,
            scene.world,
            scene.vantage,
            StillClock(),
            scene.told,
            "r",
            tmp_path / "lock",
            inputs=case.get("inputs", {}),
        )
    assert str(caught.value).splitlines() == [line.format(**hashes) for line in case["says"]]
    assert caught.value.exit_code == 3 and len(caught.value.lines) == len(case["says"])
    assert scene.world.picture() == before and scene.vantage.asked == []
    assert [op for op, _ in scene.world.runs] == (["observe"] if case.get("read") else [])
    assert scene.store.lines == []


def test_nothing_wrong_is_let_through(tmp_path: Path) -> None:
    """The cases fail for what they name, not for the scene."""
    scene = Scene(("changsha",))
    for one in (SHARED, "hunan"):  # what goes before and runs
        scene.store.lines += [JournalEntry("", one, "something", *step) for step in APPLIED_AND_PROVEN]
    store = Strict(scene, {}, scene.store.approvals[scene.digests["changsha"]], scene.changes["changsha"])
    result = apply(
        scene.digests, inventory(), store, scene.world, scene.vantage, StillClock(), scene.told, "r", tmp_path / "lock"
    )
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3fff:10:100::1/64", True),
        ("listen [2001:db8::1]:443", True),
        ("ipv6 route 2001:DB8:1::/48 blackhole", True),
        ("3ffe::1 and 2001:db9::1 and 240e:1::1", False),
        ("at 12:30:45, mac 02:00:00:00:00:01", False),
        ("::1", False),
    ],
)
def test_documentation_addresses_are_found_anywhere(text: str, found: bool) -> None:
    """Also in the middle of a device's text, in any spelling."""
    scene = Scene(("changsha",))
    device = scene.changes["changsha"].devices[0]
    section = replace(device.sections[0], base="", intended=text, forward="", reverse="")
    change = ChangeSet("changsha", "field", (), (replace(device, sections=(section,)),), (), (), kind="field")
    assert bool(documentation(change)) is found
