"""Back to before any change set: the latest first, by its approved reverse texts, refused when others stand on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import GateError, InputError, JiyueError
from inventory.model import SHARED
from ipv6.apply.flow import PlatformResult
from ipv6.apply.history import history
from ipv6.apply.revert import rollback
from ipv6.change.digest import digest
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.drivers.registry import section
from ipv6.ports import Approval
from tests.unit.apply.test_flow import ONE_BY_ONE, at_base, run, states
from tests.unit.apply.world import NOW, Crash, Scene, StillClock, Told, change_set, inventory


def later(below: ChangeSet, number: int) -> ChangeSet:
    """A change set on top of another: one more address on every device, no records."""
    devices = []
    for device in below.devices:
        if device.deferred:
            devices.append(device)
            continue
        base = device.sections[0].intended
        sections = (section("linux", "network", base, base + f"addr up 3fff:10:99:{number}::1/64\n"),)
        devices.append(DeviceChange(device.device, device.role, device.region, sections))
    return replace(below, devices=tuple(devices), records=tuple(replace(one, keep="as it is") for one in below.records))


def propose(scene: Scene, platform: str, change: ChangeSet) -> str:
    """Make it the platform's current and approved one."""
    key = digest(change)
    scene.changes[platform], scene.digests[platform], scene.store.changes[key] = change, key, change
    scene.store.approvals[key] = Approval(key, "wang", "li", "lab-reviewer", NOW, "2026-04-01T00:00:00Z")
    return key


def stacked(tmp_path: Path, platform: str, count: int = 3) -> tuple[Scene, list[str], list[str]]:
    """`count` change sets of one platform applied one after the other; their digests and what the PE ran after each."""
    scene = Scene()
    run(scene, tmp_path)
    digests, texts = [scene.digests[platform]], [scene.world.texts[_device(platform)]]
    for number in range(1, count):
        digests.append(propose(scene, platform, later(scene.changes[platform], number)))
        assert states(run(scene, tmp_path, (platform,))) == {platform: "applied"}
        texts.append(scene.world.texts[_device(platform)])
    return scene, digests, texts


def _device(platform: str) -> str:
    return "core" if platform == SHARED else f"pe-{platform}"


def back(scene: Scene, tmp_path: Path, platform: str, to: str = "", before: str = "") -> PlatformResult:
    """One rollback by an operator."""
    parts = (scene.store, scene.world, scene.vantage, StillClock(), Told())
    return rollback(platform, inventory(), *parts, "run-9", tmp_path / "lock", ONE_BY_ONE, to, before)


@pytest.mark.parametrize(("option", "at", "left"), [
    ("", 0, 1), ("to", 0, 0), ("to", 1, 1), ("before", 2, 1), ("before", 1, 0), ("before", 0, -1),
])  # fmt: skip
def test_back_to_any(tmp_path: Path, option: str, at: int, left: int) -> None:
    """Every stop on the way: the texts of then, byte for byte, and the store says what runs."""
    scene, digests, texts = stacked(tmp_path, "zhuzhou")
    result = back(scene, tmp_path, "zhuzhou", **({option: digests[at][:12]} if option else {}))
    assert (result.state, result.code) == ("rolled-back", 0) and not scene.world.pending()
    assert scene.store.applied_digest("zhuzhou") == (digests[left] if left >= 0 else "")
    assert scene.world.texts["pe-zhuzhou"] == (
        texts[left] if left >= 0 else change_set("zhuzhou").devices[0].sections[0].base
    )
    assert at_base(scene, "zhuzhou") == (left < 0)
    served = [key for key, data in scene.world.records.items() if data and ".zhuzhou." in key[2]]
    assert bool(served) == (left >= 0)
    assert [one.digest for one in history(scene.store.entries()).get("zhuzhou", ())] == digests[: left + 1]


def test_killed_on_the_way_back(tmp_path: Path) -> None:
    """The same command again ends where the first one would have."""
    for at in range(1, 120, 9):
        scene, digests, _ = stacked(tmp_path, "zhuzhou", 2)
        scene.fuse.count, scene.fuse.at = 0, at
        try:
            back(scene, tmp_path, "zhuzhou", before=digests[0])
        except Crash:
            scene.world.silence()
            if scene.store.applied_digest("zhuzhou"):
                assert back(scene, tmp_path, "zhuzhou", before=digests[0]).code == 0, at
        assert at_base(scene, "zhuzhou") and not scene.world.pending(), at


REFUSED = [
    ("a-later-one-stands-on-it", SHARED, "before", 0, GateError, "stand on it"),
    ("carries-all", "hunan", "", 0, GateError, "stand on it"),
    ("unknown", "zhuzhou", "to", None, InputError, "it does not run on zhuzhou"),
    ("it-runs", "zhuzhou", "to", 1, GateError, "is what runs already"),
]


@pytest.mark.parametrize(("name", "platform", "option", "at", "kind", "said"), REFUSED, ids=[one[0] for one in REFUSED])
def test_refused(
    tmp_path: Path, name: str, platform: str, option: str, at: int | None, kind: type[JiyueError], said: str
) -> None:
    """Nothing is touched."""
    scene, digests, _ = stacked(tmp_path, platform, 2)
    before = scene.world.picture()
    wanted = {option: digests[at] if at is not None else "f" * 12} if option else {}
    if name == "carries-all":
        run(scene, tmp_path)
        propose(scene, "changsha", later(scene.changes["changsha"], 7))
        run(scene, tmp_path, ("changsha",))
        before = scene.world.picture()
    with pytest.raises(kind, match=said):
        back(scene, tmp_path, platform, **wanted)
    assert scene.world.picture() == before


def test_an_update_of_what_is_shared_can_go_back_alone(tmp_path: Path) -> None:
    """The cities stood on the first one, not on the second that came after them."""
    scene, digests, texts = stacked(tmp_path, SHARED, 2)
    assert back(scene, tmp_path, SHARED).state == "rolled-back"
    assert scene.world.texts["core"] == texts[0] and scene.store.applied_digest(SHARED) == digests[0]
