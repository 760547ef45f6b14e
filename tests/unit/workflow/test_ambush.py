"""A fault strikes once, before the first commit that touches one of its devices, and never for anything else."""

from __future__ import annotations

from collections.abc import Sequence

from ipv6.ports import DeviceResult, Target
from jiyue.workflow.ambush import Ambush
from lab.faults.record import Injected


class Way:
    """Says what happened in which order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        self.seen += [f"{target.payload['op']} {target.device}" for target in targets]
        return tuple(DeviceResult(target.device, "committed") for target in targets)

    def strike(self) -> Injected:
        self.seen.append("fault")
        return Injected("f1", "wrong-acl", "fw-changsha")


def order(op: str, device: str) -> Target:
    return Target(device, {"op": op})


def test_the_fault_comes_with_the_first_commit_of_its_devices_and_once() -> None:
    way = Way()
    hidden = Ambush(way, frozenset({"fw-changsha", "pe-changsha"}), way.strike)
    hidden.run([order("observe", "fw-changsha")], "look")
    hidden.run([order("commit", "fw-hunan")], "wave")
    assert hidden.struck == []
    results = hidden.run([order("commit", "pe-changsha"), order("commit", "fw-hunan")], "wave")
    hidden.run([order("commit", "fw-changsha")], "wave")
    assert [one.device for one in results] == ["pe-changsha", "fw-hunan"]
    assert way.seen == [
        "observe fw-changsha",
        "commit fw-hunan",
        "fault",
        "commit pe-changsha",
        "commit fw-hunan",
        "commit fw-changsha",
    ]
    assert [one.id for one in hidden.struck] == ["f1"]
