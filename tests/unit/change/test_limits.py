"""Limits with their numbers, on the real province: what closes the gate, and what a reviewer is told to weigh."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.model import Inventory
from inventory.rollout import Limits
from ipv6.apply.gates import beyond
from ipv6.change.limits import EXCEEDED, KEPT, exceeded, limits, removed_ipv4, risks, shares
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.change.order import steps
from ipv6.drivers.registry import section
from tests.unit.change.province import inventory as province

ROUTE = "route 0.0.0.0/0 via 10.0.0.1\n"
BASE = "addr outside 10.254.1.3/31\n" + ROUTE
SIX = BASE + "addr outside 3fff:10:100:81::3/127\n"


def device(base: str, intended: str, name: str = "fw-changsha", role: str = "firewall") -> DeviceChange:
    return DeviceChange(name, role, "430100", (section("linux", "network", base, intended),))


def with_share(inv: Inventory, share: int) -> Inventory:
    return inv.model_copy(update={"limits": Limits(share=share)})


@pytest.mark.parametrize(
    ("share", "state", "text"),
    [
        (50, KEPT, "6 of 16 routers (38 %)"),
        (25, EXCEEDED, "6 of 16 routers (38 %) exceeds 25 %: split the wave"),
    ],
)
def test_a_wave_may_change_only_so_many_routers(share: int, state: str, text: str) -> None:
    found = shares(with_share(province(), share), "zhuzhou")
    assert (found[0].id, found[0].where, found[0].text, found[0].state) == ("share", "first", text, state)


def test_the_canary_and_the_shared_part_cannot_be_split() -> None:
    strict = with_share(province(), 1)
    assert shares(strict, "changsha") == ()
    assert shares(strict, "shared") == ()


def test_adding_ipv6_keeps_every_limit() -> None:
    found = limits(province(), [device(BASE, SIX)])
    assert [(one.id, one.state, one.text) for one in found] == [("ipv4-path", KEPT, "2 of 2 IPv4 lines stay")]


@pytest.mark.parametrize(
    ("intended", "text"),
    [
        ("addr outside 3fff:10:100:81::3/127\n", "2 of 2 IPv4 lines go, the last of 1 IPv4 paths among them"),
        ("addr outside 10.254.1.3/31\n", "1 of 2 IPv4 lines go, the last of 1 IPv4 paths among them"),
    ],
)
def test_the_last_ipv4_path_is_never_taken(intended: str, text: str) -> None:
    (found,) = exceeded(limits(province(), [device(BASE, intended)]))
    assert (found.id, found.where, found.text) == ("ipv4-path", "fw-changsha", text)


def test_one_of_two_paths_may_go_but_is_told() -> None:
    two = BASE + "route 10.9.0.0/16 via 10.0.0.2\n"
    change = device(two, BASE)
    assert exceeded(limits(province(), [change])) == ()
    assert [risk.id for risk in risks([change], 0)] == ["ipv4-removed"]
    assert dict(removed_ipv4(change.sections[0])) == {"route 10.9.0.0/16 via 10.0.0.2": 1}


@pytest.mark.parametrize("line", ["addr mgmt 192.168.242.11/24\n", "route 10.9.0.0/16 via 192.168.242.1\n"])
def test_the_management_path_is_never_touched(line: str) -> None:
    for base, intended in ((BASE, BASE + line), (BASE + line, BASE)):
        (found,) = exceeded(limits(province(), [device(base, intended)]))
        assert (found.id, found.where) == ("management-path", "fw-changsha")
        assert found.text.startswith("1 lines of the management path change: ")


def test_deferred_devices_take_no_part() -> None:
    gone = replace(device(BASE, ""), deferred="not in this environment")
    assert limits(province(), [gone]) == ()
    assert [risk.id for risk in risks([gone], 3)] == ["records", "deferred"]
    assert steps("canary", [gone], 0) == ()


def test_work_goes_from_far_to_near_and_records_come_last() -> None:
    devices = [
        device(BASE, SIX, "pe-changsha", "pe"),
        device(BASE, SIX),
        device(BASE, BASE, "zone-changsha", "zone-host"),
        device(BASE, SIX, "site-changsha", "site-host"),
    ]
    found = [(step.phase, step.devices) for step in steps("canary", devices, 4)]
    assert found == [
        ("devices", ("site-changsha",)),
        ("devices", ("fw-changsha",)),
        ("devices", ("pe-changsha",)),
        ("records", ()),
    ]


def test_an_exceeded_limit_closes_the_gate_whatever_was_approved() -> None:
    found = limits(province(), [device(BASE, "")])
    change = ChangeSet("changsha", "lab", (), (), (), (), limits=found)
    ((cause, fix),) = beyond(change, province())
    assert cause.startswith("fw-changsha: 2 of 2 IPv4 lines go") and fix


def test_a_wave_that_is_too_large_closes_the_gate() -> None:
    change = ChangeSet("zhuzhou", "lab", (), (), (), ())
    assert list(beyond(change, province())) == []
    causes = [cause for cause, _ in beyond(change, with_share(province(), 25))]
    assert causes == [
        "first: 6 of 16 routers (38 %) exceeds 25 %: split the wave",
        "first: 6 of 15 firewalls (40 %) exceeds 25 %: split the wave",
    ]
