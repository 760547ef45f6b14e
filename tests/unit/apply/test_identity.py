"""Another machine behind a known name: pinned at first sight, refused before anything, by controller and device."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.model import Inventory
from ipv6.apply import identity
from ipv6.apply.observe import observe
from ipv6.apply.payload import Wanted
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.ports import DeviceResult, Target
from tests.unit.apply.test_flow import at_base, run, states
from tests.unit.apply.world import NOW, Scene, inventory


def scene() -> Scene:
    """A world in which every device says which machine it is."""
    made = Scene()
    made.world.machines = {name: f"id-{name}" for name in made.world.texts}
    return made


def test_first_seen_is_pinned_with_its_date(tmp_path: Path) -> None:
    made = scene()
    run(made, tmp_path)
    kept = made.store.results(identity.KIND)
    assert kept["pe-changsha"] == {"id": "id-pe-changsha", "since": NOW}
    assert set(kept) >= set(made.world.texts)


def test_another_machine_is_refused_before_anything(tmp_path: Path) -> None:
    made = scene()
    made.store.put_result(identity.KIND, "fw-zhuzhou", {"id": "id-of-another", "since": NOW})
    result = run(made, tmp_path)
    (zhuzhou,) = [one for one in result.platforms if one.platform == "zhuzhou"]
    assert (zhuzhou.state, zhuzhou.code, result.exit_code) == ("failed", 3, 3)
    said = "fw-zhuzhou: another machine answers: it is id-fw-zhuzhou, id-of-another is pinned"
    assert zhuzhou.reasons == (said,)
    assert at_base(made, "zhuzhou")
    assert not any("zhuzhou" in name for op, names in made.world.runs if op != "observe" for name in names)
    assert states(result)["xiangtan"] == "applied"


def test_a_machine_swapped_in_the_middle_refuses_by_itself(tmp_path: Path) -> None:
    """It answers as pinned when it is read, and is another one when the commit arrives."""
    made = scene()
    asked: list[str] = []

    def swap(device: str, op: str) -> bool:
        if op == "commit" and device == "site-zhuzhou" and not asked:
            made.world.machines["pe-zhuzhou"] = "swapped"
            asked.append(device)
        return False

    for name in made.world.texts:
        made.store.put_result(identity.KIND, name, {"id": f"id-{name}", "since": NOW})
    made.world.vanish = swap
    result = run(made, tmp_path)
    (zhuzhou,) = [one for one in result.platforms if one.platform == "zhuzhou"]
    assert zhuzhou.state == "rolled-back" and zhuzhou.code == 3
    assert any("pe-zhuzhou: refused: this is another machine" in reason for reason in zhuzhou.reasons)
    assert at_base(made, "zhuzhou")


def test_the_inventory_knows_better_than_the_first_sight() -> None:
    made = Scene()
    made.store.put_result(identity.KIND, "core", {"id": "seen", "since": NOW})
    inv = with_serial(inventory(), "core", "written")
    assert identity.pinned(inv, made.store) == {"core": "written"}
    identity.pin(made.store, {"core": "written"}, {"core": "other", "ns1": "new", "ns2": ""}, NOW)
    assert made.store.results(identity.KIND) == {
        "core": {"id": "seen", "since": NOW},
        "ns1": {"id": "new", "since": NOW},
    }
    change = ChangeSet("x", "lab", (), (DeviceChange("ns1", "dns", "430000", ()),), (), ())
    assert identity.of(change, {"ns1": "why", "core": "no"}) == ("ns1: why",)


def with_serial(inv: Inventory, device: str, serial: str) -> Inventory:
    """The inventory with a serial number for one shared device."""
    changed = [one.model_copy(update={"serial": serial} if one.name == device else {}) for one in inv.network.devices]
    network = inv.network.model_copy(update={"devices": tuple(changed)})
    # A copy would bring along what the original has worked out already.
    return Inventory.model_construct(
        **{**{name: getattr(inv, name) for name in Inventory.model_fields}, "network": network}
    )


class Answers:
    """A transport that gives one made-up answer."""

    def __init__(self, result: DeviceResult) -> None:
        self.result = result

    def run(self, targets: list[Target], label: str) -> tuple[DeviceResult, ...]:
        """Always the same."""
        return (self.result,)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (DeviceResult("core", "unreachable", "Host key verification failed."), "its host key is not the pinned one"),
        (
            DeviceResult(
                "core", "observed", "", {"sections": [{"driver": "linux", "object": "network", "text": "addr eth0 x"}]}
            ),
            "its linux network cannot be read: 'addr eth0 x'",
        ),
        (DeviceResult("core", "observed", "", {"sections": []}), "it did not report linux network"),
    ],
)
def test_what_cannot_be_read_is_said(result: DeviceResult, said: str) -> None:
    found = observe(Answers(result), [Wanted("core", (("linux", "network"),))])  # type: ignore[arg-type]
    assert said in found.failed["core"] and not found.sections
