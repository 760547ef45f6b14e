"""Devices whose driver has no device side: planned, rendered and proposed as deferred, never touched by `apply`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import GateError
from inventory.model import Inventory
from inventory.source import load
from ipv6.apply.gates import environment
from ipv6.apply.observe import observe, wanted_by
from ipv6.change.compose import NOT_HELD, prepare, rendered
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.drivers import registry
from ipv6.drivers.base import Driver
from ipv6.drivers.capability import NO, Capability
from ipv6.plan.plan import PlanResult, make_plan
from ipv6.ports import DeviceResult
from tests.drivers import vendor_cases as cases


class Silent:
    """A transport that must not be asked."""

    def run(self, payloads: object, label: str) -> list[DeviceResult]:
        """Fail the test."""
        raise AssertionError("a device was asked")


def change(deferred: str) -> ChangeSet:
    devices = []
    for driver in cases.DRIVERS:
        base, intended = (
            registry.driver(driver).render(cases.county_dual(driver, step)) for step in ("before", "after")
        )
        sections = tuple(registry.section(driver, one, base[one], intended[one]) for one in intended)
        devices.append(DeviceChange(f"pe-{driver[:3]}", "county-pe", "430103", sections, deferred))
    return ChangeSet("changsha", "lab", (), tuple(devices), (), ())


@pytest.fixture
def unable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the vendors' drivers could not apply."""

    def found(name: str) -> Driver:
        one = registry.driver(name)
        kept = tuple(other for other in one.capabilities if other.feature != "apply")
        return replace(one, capabilities=(*kept, Capability("apply", NO, "not in this version")))

    monkeypatch.setattr("ipv6.apply.gates.driver", found)
    monkeypatch.setattr("ipv6.apply.observe.driver", found)


@pytest.mark.usefixtures("unable")
def test_apply_refuses_a_held_one_with_the_drivers_own_reason(hunan: Inventory) -> None:
    told = dict(environment(change(""), hunan))
    assert {cause.partition(":")[0] for cause in told} == {"pe-hua", "pe-h3c"}
    assert all("not in this version" in cause for cause in told)
    assert list(environment(change(NOT_HELD), hunan)) == []


@pytest.mark.usefixtures("unable")
def test_nothing_is_asked_of_a_device_that_the_agent_cannot_read() -> None:
    with pytest.raises(GateError, match=r"pe-h3c: .*not in this version.*pe-hua: ") as caught:
        observe(Silent(), wanted_by(change("")))  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    assert observe(Silent(), wanted_by(change(NOT_HELD))).sections == {}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def hunan() -> Inventory:
    return load(Path(__file__).parents[3] / "inventory" / "hunan")


@pytest.fixture(scope="module")
def planned(hunan: Inventory) -> PlanResult:
    return make_plan(hunan)


def test_a_third_of_the_county_routers_each_and_all_of_them_deferred(hunan: Inventory, planned: PlanResult) -> None:
    ready = prepare(hunan, planned.claims)
    counts = dict.fromkeys(("frr", *cases.DRIVERS), 0)
    for name, intent in ready.after.items():
        if intent.role != "county-pe":
            assert not set(intent.drivers) & set(cases.DRIVERS)
            continue
        counts[intent.drivers[0]] += 1
        assert not hunan.holds(hunan.devices[name])
        four, both = rendered(ready.before[name]), rendered(intent)
        for (driver, object), text in both.items():
            section = registry.section(driver, object, four[driver, object], text)
            assert section.forward and section.reverse and not section.keep
    assert counts == {"frr": 41, "huawei_vrp": 41, "h3c_comware": 40}


def test_a_plan_that_asks_too_much_stops_before_anything_is_rendered(hunan: Inventory, planned: PlanResult) -> None:
    devices = tuple(
        device.model_copy(update={"drivers": ("huawei_vrp",)}) if device.name == "ns1" else device
        for device in hunan.network.devices
    )
    # A copy of the model would bring along what was looked up in the old one.
    fields = {name: getattr(hunan, name) for name in Inventory.model_fields}
    changed = Inventory.model_construct(**{**fields, "network": hunan.network.model_copy(update={"devices": devices})})
    with pytest.raises(ValueError, match="ns1: name server asks for authoritative DNS, which huawei_vrp cannot do"):
        prepare(changed, planned.claims)


def test_the_same_text_for_every_order_of_the_same_lines() -> None:
    for driver in cases.DRIVERS:
        intent = cases.acl(driver, "after")
        mixed = replace(intent, ports=intent.ports[::-1], routes=intent.routes[::-1])
        assert registry.driver(driver).render(mixed) == registry.driver(driver).render(intent)
