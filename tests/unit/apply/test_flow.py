"""Apply in a world in memory: order, failures, one platform at a time, and every place a run can die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import GateError, InputError
from inventory.model import SHARED
from ipv6.apply.flow import ApplyResult, apply
from ipv6.apply.revert import rollback, status
from ipv6.apply.run import Policy
from ipv6.change.digest import digest
from tests.unit.apply.world import PLATFORMS, Crash, Scene, StillClock, Told, World, base_text, inventory

ONE_BY_ONE = Policy(probers=1)


def run(scene: Scene, tmp_path: Path, platforms: tuple[str, ...] = PLATFORMS, **more: Any) -> ApplyResult:
    """One apply."""
    digests = {platform: scene.digests[platform] for platform in platforms}
    parts = (scene.store, scene.world, scene.vantage, StillClock(), scene.told)
    outside = scene.outside if scene.publishes else None
    more = {"publisher": outside, "sleep": scene.sleep, **more}
    return apply(digests, inventory(), *parts, "run-1", tmp_path / "lock", ONE_BY_ONE, **more)


def states(result: ApplyResult) -> dict[str, str]:
    """State by platform."""
    return {one.platform: one.state for one in result.platforms}


def at_base(scene: Scene, platform: str) -> bool:
    """Whether the platform's devices run day 0 and none of its records is served."""
    devices = [one.device for one in scene.changes[platform].devices if not one.deferred]
    served = [key for key, data in scene.world.records.items() if data and f".{platform}." in key[2]]
    return all(scene.world.texts[name] == base_text(name) for name in devices) and not served


def test_everything_is_applied(tmp_path: Path) -> None:
    """All platforms end applied, nothing is left pending, deferred devices are counted and never touched."""
    scene = Scene()
    result = run(scene, tmp_path)
    assert states(result) == dict.fromkeys(PLATFORMS, "applied")
    assert (result.exit_code, scene.world.pending()) == (0, [])
    assert scene.store.now_applied == scene.digests
    assert [one.deferred for one in result.platforms] == [1] * len(PLATFORMS)
    assert not any("county" in name for _, names in scene.world.runs for name in names)


def test_order(tmp_path: Path) -> None:
    """Shared first, far before near, one of each role before the rest, shared records after those who carry them."""
    scene = Scene()
    run(scene, tmp_path)
    commits = [names for op, names in scene.world.runs if op in ("commit", "arm")]
    assert commits == [
        ("ns1",),
        ("core",),
        ("site-hunan",),
        ("fw-hunan",),
        ("pe-hunan",),
        ("ns-govcn",),
        ("ns1",),
        ("site-changsha",),
        ("fw-changsha",),
        ("pe-changsha",),
        ("ns1",),
        ("site-zhuzhou",),
        ("fw-zhuzhou",),
        ("pe-zhuzhou",),
        ("site-xiangtan",),
        ("fw-xiangtan",),
        ("pe-xiangtan",),
        ("ns1",),
    ]
    changsha = [question for platform, question in scene.vantage.asked if platform == "changsha"]
    assert changsha == ["baseline", "by_address", "lost", "by_name", "by_name"]  # the last one lets the next wave begin


def test_second_run_changes_nothing_and_says_so(tmp_path: Path) -> None:
    """No commit, no probe, a reason."""
    scene = Scene()
    run(scene, tmp_path)
    before, scene.world.runs[:] = scene.world.picture(), []
    scene.vantage.asked.clear()
    result = run(scene, tmp_path)
    assert states(result) == dict.fromkeys(PLATFORMS, "unchanged")
    assert {op for op, _ in scene.world.runs} == {"observe"} and not scene.vantage.asked
    assert all(one.reasons[0] == "already applied and still as intended" for one in result.platforms)
    assert (result.exit_code, scene.world.picture()) == (0, before)


def test_applied_again_after_the_devices_were_reset(tmp_path: Path) -> None:
    """What the store believes does not count, what runs does."""
    scene = Scene()
    run(scene, tmp_path)
    wanted = scene.world.picture()
    scene.world.texts = World.day0(scene.changes).texts
    scene.world.records, scene.world.seen = {}, {}
    assert states(run(scene, tmp_path)) == dict.fromkeys(PLATFORMS, "applied")
    assert scene.world.picture() == wanted


def test_a_red_platform_is_rolled_back_alone(tmp_path: Path) -> None:
    """The others of its wave go on as long as its budget allows; the reason is kept."""
    scene = Scene()
    scene.vantage.bad[("zhuzhou", "by_address")] = "3fff::80 port 443: refused"
    result = run(scene, tmp_path)
    found = states(result)
    assert found["zhuzhou"] == "rolled-back" and found["xiangtan"] == "applied"
    assert at_base(scene, "zhuzhou") and not scene.world.pending()
    assert result.exit_code == 1
    assert "3fff::80 port 443: refused" in scene.store.reasons["zhuzhou"][0]
    assert ("zhuzhou", "by_name") not in scene.vantage.asked


@pytest.mark.parametrize(
    ("harmed", "other", "found"), [("zhuzhou", "xiangtan", "skipped"), ("xiangtan", "zhuzhou", "rolled-back")]
)
def test_ipv4_that_suffers_takes_the_wave_back(tmp_path: Path, harmed: str, other: str, found: str) -> None:
    """Whoever was changed in this wave goes back, the rest is not begun, earlier waves stay."""
    scene = Scene()
    scene.vantage.bad[(harmed, "lost")] = "198.18.2.10 port 443: no answer"
    result = run(scene, tmp_path)
    assert (states(result)[harmed], states(result)[other], states(result)["changsha"]) == (
        "rolled-back",
        found,
        "applied",
    )
    assert at_base(scene, harmed) and at_base(scene, other) and not scene.world.pending()
    assert f"IPv4 suffered at {harmed}" in result.halted and result.exit_code == 1


def test_records_are_withdrawn_for_the_red_platform_only(tmp_path: Path) -> None:
    """AAAA of the red one are gone, those of the others stand, and nothing is pending."""
    scene = Scene()
    scene.vantage.bad[("zhuzhou", "by_name")] = "www.zhuzhou.gov.cn. over TCP 443: timeout"
    result = run(scene, tmp_path)
    assert (states(result)["zhuzhou"], states(result)["xiangtan"]) == ("withdrawn", "applied")
    served = {key[2] for key, data in scene.world.records.items() if data}
    assert "www.zhuzhou.gov.cn." not in served and "www.xiangtan.gov.cn." in served
    assert not scene.world.pending() and result.exit_code == 1


@pytest.mark.parametrize(("question", "state"), [("by_address", "rolled-back"), ("by_name", "withdrawn")])
def test_a_red_canary_stops_everything(tmp_path: Path, question: str, state: str) -> None:
    """No later platform is touched."""
    scene = Scene()
    scene.vantage.bad[("changsha", question)] = "no answer"
    result = run(scene, tmp_path)
    assert states(result) == {
        SHARED: "applied",
        "hunan": "applied",
        "changsha": state,
        "zhuzhou": "skipped",
        "xiangtan": "skipped",
    }
    assert at_base(scene, "zhuzhou") and at_base(scene, "xiangtan")
    assert "changsha failed, on which everything after it depends" in result.platforms[-1].reasons[0]
    assert not any("zhuzhou" in name for op, names in scene.world.runs if op == "commit" for name in names)


def test_without_a_publisher_the_host_changes_the_records_itself(tmp_path: Path) -> None:
    """The same end state, nothing sent from outside."""
    scene, other = Scene(publishes=False), Scene()
    assert states(run(scene, tmp_path)) == states(run(other, tmp_path)) == dict.fromkeys(PLATFORMS, "applied")
    assert scene.world.picture() == other.world.picture()
    assert not scene.outside.steps and {step for step, _, _ in other.outside.steps} == {"publish", "raise"}


def test_a_zone_that_cannot_be_published_costs_its_own_platform_only(tmp_path: Path) -> None:
    """The reason is kept, the others of the wave are published again without it."""
    scene = Scene()
    scene.outside.bad["zhuzhou.gov.cn."] = "octoDNS would remove mail"
    result = run(scene, tmp_path)
    assert (states(result)["zhuzhou"], states(result)["xiangtan"], result.exit_code) == ("withdrawn", "applied", 3)
    assert "zhuzhou.gov.cn. on ns1: octoDNS would remove mail" in scene.store.reasons["zhuzhou"][0]
    served = {key[2] for key, data in scene.world.records.items() if data}
    assert "www.zhuzhou.gov.cn." not in served and not scene.world.pending()


def test_nothing_checked_is_not_green(tmp_path: Path) -> None:
    """A probe round without a check rolls back."""
    scene = Scene()
    scene.vantage.checked = 0
    result = run(scene, tmp_path)
    assert states(result)[SHARED] == "rolled-back" and at_base(scene, SHARED)
    assert "nothing was checked by address" in result.platforms[0].reasons


def test_unreachable_before_anything(tmp_path: Path) -> None:
    """No management path: the platform is not touched at all, the device is named, exit code 4."""
    scene = Scene()
    scene.world.unreachable.add("fw-zhuzhou")
    result = run(scene, tmp_path)
    found = {one.platform: one for one in result.platforms}["zhuzhou"]
    assert (found.state, found.code, result.exit_code) == ("failed", 4, 4)
    assert found.reasons == ("no management path: fw-zhuzhou: unreachable: connection timed out",)
    assert at_base(scene, "zhuzhou") and states(result)["xiangtan"] == "applied"


def test_what_runs_is_remembered_when_it_cannot_be_reached(tmp_path: Path) -> None:
    """An applied platform that a later run could not even read still counts as applied: others stand on it."""
    scene = Scene()
    run(scene, tmp_path)
    scene.world.unreachable.add("fw-zhuzhou")
    result = run(scene, tmp_path, ("zhuzhou",))
    assert states(result) == {"zhuzhou": "failed"} and result.exit_code == 4
    assert scene.store.applied_digest("zhuzhou") == scene.digests["zhuzhou"]
    assert scene.store.applied_digest(SHARED) == scene.digests[SHARED]


def test_unreachable_during_the_change(tmp_path: Path) -> None:
    """What was changed is rolled back, the device that went silent is named, its own timer does the rest."""
    scene = Scene()
    scene.world.vanish = lambda device, op: device == "pe-zhuzhou" and op != "observe"
    result = run(scene, tmp_path)
    found = {one.platform: one for one in result.platforms}["zhuzhou"]
    assert (found.state, found.code) == ("rolled-back", 4)
    assert any("pe-zhuzhou" in reason and "its own timer" in reason for reason in found.reasons)
    scene.world.silence()
    assert at_base(scene, "zhuzhou")


def test_answer_to_a_commit_lost(tmp_path: Path) -> None:
    """The device did it but nobody heard: the next run asks it instead of guessing."""
    scene = Scene()
    genuine = scene.world._one

    def deaf(device: str, payload: dict[str, object]) -> object:
        result = genuine(device, payload)
        lost = device == "pe-zhuzhou" and payload["op"] in ("commit", "rollback")
        return replace(result, state="unreachable") if lost and payload["op"] == "commit" else result

    scene.world._one = deaf  # type: ignore[method-assign,assignment]
    assert states(run(scene, tmp_path))["zhuzhou"] == "rolled-back"
    assert at_base(scene, "zhuzhou")
    scene.world._one = genuine  # type: ignore[method-assign]
    assert states(run(scene, tmp_path))["zhuzhou"] == "applied"


def test_refused_by_the_device(tmp_path: Path) -> None:
    """A device's own gate counts as a gate."""
    scene = Scene()
    scene.world.refuse["fw-zhuzhou"] = "nft --check: syntax error"
    result = run(scene, tmp_path)
    assert (states(result)["zhuzhou"], result.exit_code) == ("rolled-back", 3)
    assert at_base(scene, "zhuzhou")
    assert "fw-zhuzhou: refused: nft --check: syntax error" in result.platforms[3].reasons


def test_base_moved(tmp_path: Path) -> None:
    """Somebody changed a device since the proposal: its platform is refused untouched."""
    scene = Scene()
    scene.world.texts["pe-zhuzhou"] += "addr up 192.0.2.1/24\n"
    moved = scene.world.texts["pe-zhuzhou"]
    result = run(scene, tmp_path)
    found = {one.platform: one for one in result.platforms}["zhuzhou"]
    assert (found.state, found.code) == ("failed", 3)
    assert "base moved: pe-zhuzhou linux network" in found.reasons[0]
    assert scene.world.texts["pe-zhuzhou"] == moved


def _nothing(_: World) -> None:
    return None


@pytest.mark.parametrize(
    ("passes", "stride"),
    [(_nothing, 1), (World.almost, 3), (World.silence, 3)],
    ids=["at-once", "late", "timers-fired"],
)
def test_killed_anywhere_then_run_again(tmp_path: Path, passes: Callable[[World], None], stride: int) -> None:
    """Die before and after every effect; the next run always ends in the same state, with the true IPv4 baseline."""
    platforms = (SHARED, "hunan", "changsha")
    whole = Scene(platforms)
    run(whole, tmp_path, platforms)
    wanted, effects = whole.world.picture(), whole.fuse.count
    assert effects > 100
    for at in range(1, effects + 1, stride):
        scene = Scene(platforms)
        scene.fuse.at = at
        with pytest.raises(Crash):
            run(scene, tmp_path, platforms)
        passes(scene.world)
        result = run(scene, tmp_path, platforms)
        assert result.exit_code == 0, (at, result)
        assert scene.world.picture() == wanted, at
        assert scene.world.pending() == [], at
        assert scene.store.now_applied == scene.digests, at
        baselines = scene.store.results("ipv4-baseline")
        assert {name: baselines[name]["values"]["touched"] for name in platforms} == dict.fromkeys(platforms, ""), at


@pytest.mark.parametrize("question", ["by_address", "by_name"])
def test_killed_anywhere_then_red(tmp_path: Path, question: str) -> None:
    """When the second run finds the platform red, what the first run confirmed is taken back too."""
    platforms = (SHARED, "hunan", "changsha")
    whole = Scene(platforms)
    run(whole, tmp_path, platforms)
    for at in range(1, whole.fuse.count + 1, 3):
        scene = Scene(platforms)
        scene.fuse.at = at
        with pytest.raises(Crash):
            run(scene, tmp_path, platforms)
        if "changsha" in scene.store.now_applied:
            break
        scene.vantage.bad[("changsha", question)] = "no answer"
        result = run(scene, tmp_path, platforms)
        assert not scene.world.pending(), at
        if question == "by_address":
            # Either it had not been touched yet or it is taken back; in both cases it stands at its base.
            assert states(result)["changsha"] == "rolled-back", at
            assert at_base(scene, "changsha"), at
        else:
            assert states(result)["changsha"] == "withdrawn", at
            assert not [key for key, data in scene.world.records.items() if data and "changsha" in key[2]], at


def test_second_operator_is_told(tmp_path: Path) -> None:
    """Two runs never overlap; the second hears who holds the lock."""
    scene, heard = Scene(), []
    genuine = scene.world.run

    def meddle(targets: object, label: str) -> object:
        if not heard:
            with pytest.raises(GateError) as caught:
                run(Scene(), tmp_path)
            heard.append(str(caught.value))
        return genuine(targets, label)  # type: ignore[arg-type]

    scene.world.run = meddle  # type: ignore[method-assign,assignment]
    assert run(scene, tmp_path).exit_code == 0
    assert "another apply is running: process" in heard[0] and "since 2026-03-01T08:00:00Z" in heard[0]


def test_no_change_set_is_wrong_input(tmp_path: Path) -> None:
    """Applying nothing is not success."""
    with pytest.raises(InputError, match="no change set was named"):
        run(Scene(), tmp_path, ())


def undo(scene: Scene, tmp_path: Path, platform: str) -> object:
    """One rollback by an operator."""
    parts = (scene.store, scene.world, scene.vantage, StillClock(), Told())
    return rollback(platform, inventory(), *parts, "run-2", tmp_path / "lock", ONE_BY_ONE)


def test_rolled_back_by_an_operator_and_applied_again(tmp_path: Path) -> None:
    """Back to the approved base, records first; the approval still holds, so it can be applied again."""
    scene = Scene()
    run(scene, tmp_path)
    wanted = scene.world.picture()
    scene.world.runs.clear()
    undo(scene, tmp_path, "changsha")
    assert at_base(scene, "changsha") and not scene.world.pending()
    assert "changsha" not in scene.store.now_applied
    assert scene.world.runs[0] == ("commit", ("ns1",))
    assert scene.world.runs[2] == ("commit", ("pe-changsha", "fw-changsha", "site-changsha"))
    assert states(run(scene, tmp_path))["changsha"] == "applied"
    assert scene.world.picture() == wanted


def test_rollback_that_would_hurt_ipv4_is_not_kept(tmp_path: Path) -> None:
    """Going back is a change like any other: IPv4 lost means it stays as it was."""
    scene = Scene()
    run(scene, tmp_path)
    before = scene.world.texts.copy()
    scene.vantage.bad[("changsha", "lost")] = "198.18.1.10 port 443: no answer"
    result = undo(scene, tmp_path, "changsha")
    assert result.state == "failed" and result.code == 1  # type: ignore[attr-defined]
    assert scene.world.texts == before and not scene.world.pending()


@pytest.mark.parametrize(("platform", "cause"), [("zhuzhou", "nothing is applied"), (SHARED, "stand on it")])
def test_rollback_is_refused(tmp_path: Path, platform: str, cause: str) -> None:
    """Nothing to take back, or others would fall."""
    scene = Scene((SHARED, "hunan"))
    run(scene, tmp_path, (SHARED, "hunan"))
    with pytest.raises(GateError, match=cause):
        undo(scene, tmp_path, platform)


def test_status_is_the_devices_word(tmp_path: Path) -> None:
    """Asked of the devices, not of the journal."""
    scene = Scene()
    run(scene, tmp_path)
    change = scene.changes["hunan"]
    found = status(change, digest(change), scene.world)
    assert {name: result.state for name, result in found.items()} == dict.fromkeys(
        ("pe-hunan", "fw-hunan", "site-hunan"), "confirmed"
    )


def test_a_loss_seen_while_devices_change_stops_before_the_next_rank(tmp_path: Path) -> None:
    """The watch has lost something after the first rank: the others are never touched, what was is taken back."""
    scene = Scene()
    scene.vantage.bad[("zhuzhou", "watched")] = "www.zhuzhou.gov.cn at 198.18.2.10: 4 probes lost"
    result = run(scene, tmp_path)
    assert states(result)["zhuzhou"] == "rolled-back" and states(result)["xiangtan"] == "skipped"
    assert at_base(scene, "zhuzhou") and not scene.world.pending()
    touched = {name for op, names in scene.world.runs if op == "commit" for name in names if "zhuzhou" in name}
    assert touched == {"site-zhuzhou"}
    (found,) = [one for one in result.platforms if one.platform == "zhuzhou"]
    assert found.reasons == ("IPv4: www.zhuzhou.gov.cn at 198.18.2.10: 4 probes lost",)
