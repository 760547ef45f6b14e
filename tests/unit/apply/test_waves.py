"""Pace and orders: soak, evidence, pauses, aborts, budgets, limits, approvals that end, and who is told what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import GateError, InputError
from inventory.model import SHARED, Inventory
from inventory.rollout import WEEKDAYS, Pace, Windows
from ipv6.apply.control import NOW as CURRENT
from ipv6.apply.control import RUNS, give
from ipv6.apply.flow import ApplyResult, apply
from ipv6.apply.lock import environment_lock, holder
from ipv6.apply.run import Policy
from ipv6.apply.window import unlisted
from tests.unit.apply.test_flow import at_base, run, states
from tests.unit.apply.world import NOW, PLATFORMS, Scene, StillClock, inventory

ONE = Policy(probers=1)


def paced(**pace: Any) -> Inventory:
    """The province with another pace, attended by a person, soaking as `waves.yaml` says."""
    inv = inventory()
    own = inv.environment.model_copy(update={"soak": None, "attended": True})
    return inv.model_copy(update={"pace": {name: Pace(**one) for name, one in pace.items()}, "environment": own})


def go(scene: Scene, tmp_path: Path, inv: Inventory, clock: Any = None, **more: Any) -> ApplyResult:
    """One apply in that province."""
    parts = (scene.store, scene.world, scene.vantage, clock or StillClock(), scene.told)
    return apply(scene.digests, inv, *parts, "run-1", tmp_path / "lock", ONE, sleep=scene.sleep, **more)


def on(scene: Scene, op: str, device: str, then: Callable[[], None]) -> None:
    """Have something happen right after a device was told something for the first time."""
    genuine, happened = scene.world.run, []

    def spied(targets: Any, label: str) -> Any:
        found = genuine(targets, label)
        if not happened and any(one.device == device and one.payload["op"] == op for one in targets):
            happened.append(1)
            then()
        return found

    scene.world.run = spied  # type: ignore[method-assign]


def tell(scene: Scene, order: str) -> Callable[[], None]:
    """Give the run an order, as another shell does."""
    return lambda: give(scene.store, "run-1", order, "zhao", NOW)


def test_soak_before_evidence(tmp_path: Path) -> None:
    """The next wave begins after the longest soak that is left, and after a proof that is newer than the apply."""
    scene = Scene()
    assert go(scene, tmp_path, paced(shared={"soak": 5}, province={"soak": 30}, canary={"soak": 7})).exit_code == 0
    assert sum(scene.slept) == 37
    lines = [(line.step, line.platform) for line in scene.store.lines if line.step in ("done", "evidence")]
    assert lines.index(("evidence", "changsha")) > lines.index(("done", "changsha"))
    assert lines.index(("evidence", "changsha")) < lines.index(("done", "zhuzhou"))


def test_red_evidence_takes_the_canary_back(tmp_path: Path) -> None:
    """What looked well when it was confirmed and does not hold is not built upon."""
    scene = Scene()
    scene.sleep = lambda _: scene.vantage.bad.update({("changsha", "by_name"): "no answer"})  # type: ignore[method-assign]
    result = go(scene, tmp_path, paced(canary={"soak": 7}))
    assert states(result)["changsha"] == "rolled-back" and at_base(scene, "changsha")
    assert (states(result)["zhuzhou"], result.exit_code) == ("skipped", 1) and not scene.world.pending()
    assert "changsha does not hold after its apply" in result.halted


def test_evidence_of_another_digest_counts_for_nothing(tmp_path: Path) -> None:
    """It is measured again for what runs now."""
    scene = Scene()
    run(scene, tmp_path)
    scene.store.lines = [replace(one, digest="0" * 64) if one.step == "evidence" else one for one in scene.store.lines]
    scene.world.texts["pe-zhuzhou"] = scene.changes["zhuzhou"].devices[0].sections[0].base
    scene.vantage.asked.clear()
    run(scene, tmp_path)
    assert ("changsha", "by_name") in scene.vantage.asked


def test_a_person_has_to_look(tmp_path: Path) -> None:
    """The run waits after the canary until somebody resumes; killed meanwhile, the next run waits again."""
    inv, scene = paced(canary={"pause": True}), Scene()

    def nobody(_: float) -> None:
        raise KeyboardInterrupt

    scene.sleep = nobody  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        go(scene, tmp_path, inv)
    assert at_base(scene, "zhuzhou") and scene.store.results(RUNS)[CURRENT]["state"] == "paused"
    scene.sleep = lambda _: tell(scene, "resume")()  # type: ignore[method-assign]
    assert states(go(scene, tmp_path, inv))["zhuzhou"] == "applied"
    (looked,) = [line for line in scene.store.lines if line.step == "look"]
    assert (looked.platform, looked.detail) == ("changsha", "zhao")


def test_pause_waits_for_a_safe_place(tmp_path: Path) -> None:
    """Told in the middle of a batch: proven and confirmed first, because no timer stands still."""
    scene, waits = Scene(), []
    on(scene, "commit", "site-zhuzhou", tell(scene, "pause"))

    def while_paused(_: float) -> None:
        waits.append((scene.world.pending(), "pe-zhuzhou" in str(scene.world.runs[-1]), at_base(scene, "xiangtan")))
        tell(scene, "resume")()

    scene.sleep = while_paused  # type: ignore[method-assign]
    assert go(scene, tmp_path, paced(first={})).exit_code == 0
    assert waits == [([], True, True)]


@pytest.mark.parametrize(("op", "device", "state"), [
    ("commit", "site-zhuzhou", "rolled-back"), ("commit", "pe-zhuzhou", "rolled-back"),
    ("confirm", "pe-zhuzhou", "stopped"),
])  # fmt: skip
def test_abort(tmp_path: Path, op: str, device: str, state: str) -> None:
    """What is unconfirmed goes back, what is confirmed stays, and the next run goes on from there."""
    scene = Scene()
    on(scene, op, device, tell(scene, "abort"))
    result = run(scene, tmp_path)
    assert states(result)["zhuzhou"] == state and states(result)["xiangtan"] == "skipped"
    assert not scene.world.pending() and at_base(scene, "zhuzhou") == (state == "rolled-back")
    assert result.halted == f"aborted by zhao at {NOW}" and states(result)["changsha"] == "applied"
    scene.store.values.pop("apply-order")
    assert run(scene, tmp_path).exit_code == 0


class Moving(StillClock):
    """A clock that a test can move."""

    at = NOW

    def now(self) -> str:
        """UTC."""
        return self.at


def test_an_approval_that_ends_in_the_middle_of_a_wave(tmp_path: Path) -> None:
    """Expired after the first half of a platform: that half goes back, it is said, the earlier waves stay."""
    scene, clock = Scene(), Moving()
    on(scene, "commit", "site-zhuzhou", lambda: setattr(clock, "at", "2026-04-01T00:00:00Z"))
    result = go(scene, tmp_path, paced(first={"share": 34}), clock)
    assert (states(result)["zhuzhou"], result.exit_code) == ("rolled-back", 3)
    assert at_base(scene, "zhuzhou") and not scene.world.pending() and states(result)["changsha"] == "applied"
    assert "zhuzhou: the approval holds no more: it expired at 2026-04-01T00:00:00Z" in result.halted


def test_an_approval_that_is_revoked_in_the_middle_of_a_wave(tmp_path: Path) -> None:
    """Another platform's revoked approval stops the run before its batch; nothing of it is touched."""
    scene = Scene()
    on(scene, "commit", "pe-zhuzhou", lambda: scene.store.approvals.pop(scene.digests["xiangtan"]) and None)
    result = run(scene, tmp_path)
    assert (states(result)["xiangtan"], result.exit_code) == ("skipped", 3) and at_base(scene, "xiangtan")
    assert "xiangtan: the approval holds no more: nobody has approved it" in result.halted
    assert not scene.world.pending()


@pytest.mark.parametrize(("budget", "other"), [(0, "skipped"), (1, "applied")])
def test_error_budget(tmp_path: Path, budget: int, other: str) -> None:
    """More failures than the budget stop the run before its next batch."""
    scene = Scene()
    scene.vantage.bad[("zhuzhou", "by_address")] = "no answer"
    result = go(scene, tmp_path, paced(first={"budget": budget}))
    assert (states(result)["zhuzhou"], states(result)["xiangtan"]) == ("rolled-back", other)


def test_limit_narrows_and_says_so(tmp_path: Path) -> None:
    """Part of a platform: confirmed, no AAAA, said; the rest follows without the limit."""
    scene = Scene()
    run(scene, tmp_path, PLATFORMS[:3])
    result = run(scene, tmp_path, ("zhuzhou", "xiangtan"), limit=("site-zhuzhou", "fw-zhuzhou"))
    assert states(result) == {"zhuzhou": "partly-applied", "xiangtan": "skipped"} and result.exit_code == 0
    assert result.platforms[0].reasons == (
        "2 of 3 devices are as intended, the rest is outside of --limit", "no AAAA before the others: pe-zhuzhou",
    )  # fmt: skip
    assert not scene.world.pending() and not any(
        "zhuzhou" in key[2] for key, data in scene.world.records.items() if data
    )
    assert at_base(scene, "xiangtan") and not scene.store.applied_digest("zhuzhou")
    assert states(run(scene, tmp_path, ("zhuzhou",))) == {"zhuzhou": "applied"}


def test_limit_skips_no_gate(tmp_path: Path) -> None:
    """Neither the canary nor an assessment, and a word that means nothing is refused."""
    scene = Scene()
    with pytest.raises(GateError, match="not applied yet"):
        run(scene, tmp_path, ("zhuzhou",), limit=("site-zhuzhou",))
    with pytest.raises(InputError, match="no device of the change sets"):
        run(scene, tmp_path, limit=("site-loudi",))
    assert {op for op, _ in scene.world.runs} <= {"observe"}


def test_limit_by_region(tmp_path: Path) -> None:
    """By the region's name; the devices of the test's world all stand in the province's own."""
    scene = Scene((SHARED, "hunan"))
    assert states(run(scene, tmp_path, (SHARED, "hunan"), limit=("湖南省",))) == {SHARED: "applied", "hunan": "applied"}


PATHS = [
    ("no-word", {}, "it does not say over which address it was reached"),
    ("in-band", {"address": "10.254.0.9", "port": "mgmt0"}, "which is in no management network"),
    ("not-its-own", {"address": "192.168.240.77", "port": "mgmt0"}, "its management address is"),
    ("another-port", {"address": "", "port": "to-core"}, "over port to-core, its management port is mgmt0"),
    ("no-address", {"address": "fe80::1", "port": "mgmt0"}, "which is no management address"),
]


@pytest.mark.parametrize(("name", "via", "said"), PATHS, ids=[case[0] for case in PATHS])
def test_management_path_not_proven(tmp_path: Path, name: str, via: dict[str, str], said: str) -> None:
    """The platform is not touched, exit code 3; the others go on."""
    scene = Scene()
    if via.get("address") == "":
        via = {**via, "address": str(inventory().devices["pe-zhuzhou"].mgmt4)}
    scene.world.via["pe-zhuzhou"] = via
    result = run(scene, tmp_path)
    (found,) = [one for one in result.platforms if one.platform == "zhuzhou"]
    assert (found.state, found.code) == ("failed", 3) and said in found.reasons[0]
    assert at_base(scene, "zhuzhou") and states(result)["xiangtan"] == "applied"


def test_windows_close_in_the_middle(tmp_path: Path) -> None:
    """Open when the run began, closed before the next batch: it stops there."""
    inv = inventory()
    field = inv.environment.model_copy(update={"kind": "field"})
    always = Windows.model_validate({"windows": [{"days": WEEKDAYS, "start": "15:00", "end": "17:00"}]})
    scene, clock = Scene(("changsha",)), Moving()
    scene.store.now_applied |= {SHARED: "x", "hunan": "y"}
    from ipv6.apply import gates

    approval = scene.store.approvals[scene.digests["changsha"]]
    scene.store.approvals[approval.digest] = replace(approval, key_id="sheng")
    inside = inv.model_copy(update={"environment": field, "windows": always})
    assert gates.still("changsha", approval.digest, inside, scene.store, clock.at) == ""
    said = gates.still("changsha", approval.digest, inside, scene.store, "2026-03-01T09:00:00Z")
    assert said == "2026-03-01 17:00 (Asia/Shanghai) is outside the change window of canary: it opens 2026-03-02 15:00"
    scene.store.approvals[approval.digest] = replace(approval, key_id="sheng", emergency=True)
    hurry = always.model_copy(update={"emergency": always.emergency.model_copy(update={"outside_windows": True})})
    inside = inside.model_copy(update={"windows": hurry})
    assert gates.still("changsha", approval.digest, inside, scene.store, "2026-03-01T09:00:00Z") == ""


def test_a_year_without_a_listed_holiday_is_told() -> None:
    """The year is Shanghai's; a lab is always open and needs none."""
    inv = inventory()
    field = inv.model_copy(update={"environment": inv.environment.model_copy(update={"kind": "field"})})
    assert (unlisted(field, NOW), unlisted(inv, "2031-03-01T08:00:00Z"), unlisted(field, "now")) == ("", "", "")
    said = "windows.yaml lists no holiday of 2027: a window may be open on one"
    assert unlisted(field, "2026-12-31T18:00:00Z") == said
    bare = field.model_copy(update={"windows": Windows()})
    assert "of 2026" in unlisted(bare, NOW)


def test_who_holds_it(tmp_path: Path) -> None:
    """Process, user, time and work; nobody when it is free."""
    lock = tmp_path / "lock"
    assert holder(lock) is None
    with environment_lock(lock, NOW, "apply zhuzhou", "run-7"):
        found = holder(lock)
        assert found is not None and found.run == "run-7" and found.text.endswith(f"since {NOW}: apply zhuzhou")
        with pytest.raises(GateError, match=f"since {NOW}: apply zhuzhou"), environment_lock(lock, NOW):
            pass
    assert holder(lock) is None
