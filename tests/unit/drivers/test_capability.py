"""Capabilities: every driver answers what it may be asked; what it cannot do is refused with the reason, at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.errors import InputError, Problems
from ipv6.drivers import registry
from ipv6.drivers.capability import FEATURES, NO, Capability, asked
from ipv6.plan.intent import Isis, Management, Vpn
from tests.drivers import samples, vendor_cases


@pytest.mark.parametrize("name", registry.names())
def test_every_driver_says_what_it_can_do(name: str) -> None:
    found = [one.feature for one in registry.driver(name).capabilities]
    assert len(set(found)) == len(found)
    assert {"delta", "dry-run", "timed-rollback", "apply"} <= set(found)
    answers = {one.feature: one for one in registry.driver(name).capabilities}
    assert bool(registry.driver(name).held_back) == (answers["apply"].answer == NO)


@pytest.mark.parametrize("name", ["frr", "h3c_comware", "huawei_vrp"])
def test_a_router_answers_every_feature(name: str) -> None:
    assert {one.feature for one in registry.driver(name).capabilities} == set(FEATURES)


def test_an_answer_other_than_yes_has_a_reason() -> None:
    for wrong in (("ospf3", "no"), ("ospf3", "perhaps", "x"), ("telepathy", "yes")):
        with pytest.raises(ValueError, match=wrong[0]):
            Capability(*wrong)


def test_what_the_samples_ask_for_is_there() -> None:
    registry.demand(make(dual) for make in samples.DEVICES for dual in (False, True))
    for driver in vendor_cases.DRIVERS:
        registry.demand(make(driver, "after") for make in vendor_cases.CASES.values())


def test_everything_that_cannot_be_done_is_refused_at_once_with_its_reason() -> None:
    plain = samples.router(True)
    greedy = replace(
        plain,
        ports=(replace(plain.ports[0], routing="isis", urpf="strict", ra="guard"), *plain.ports[1:]),
        isis=Isis("49.0001.0102.5500.1001.00"),
        vpns=(Vpn("a", "64512:1", (), ()),),
        management=Management(ntp=("10.1.19.5",), aaa="radius", aaa_servers=("10.1.19.5",)),
    )
    other = replace(samples.firewall(True), name="fw-vrp", drivers=("huawei_vrp",))
    with pytest.raises(Problems) as caught:
        registry.demand([plain, greedy, other])
    told = [str(line) for line in caught.value.lines]
    assert all(isinstance(line, InputError) for line in caught.value.lines)
    assert "pe-one: port to-core asks for IS-IS for IPv6, which frr cannot do: isisd is not started on our hosts" in (
        line.partition(";")[0] for line in told
    )
    assert "fw-vrp: zones asks for stateful zone firewall, which huawei_vrp cannot do: a router keeps no state" in (
        line.partition(";")[0] for line in told
    )
    refused = {word for line in told for word in FEATURES if FEATURES[word] in line and line.startswith("pe-one")}
    assert refused >= {"isis4", "isis6", "urpf4", "urpf6", "ra-guard", "vpn4", "vpn6", "ntp", "radius"}
    assert not any("OSPF" in line for line in told)


def test_one_driver_that_can_is_enough() -> None:
    assert {"firewall", "ipv6", "static6"} <= asked(samples.firewall(True)).keys()
    registry.demand([samples.firewall(True)])
    with pytest.raises(Problems, match="none of its drivers"):
        registry.demand([replace(samples.firewall(True), drivers=("linux",))])


@pytest.mark.parametrize("name", vendor_cases.DRIVERS)
def test_ra_guard_does_not_silently_take_the_place_of_an_access_list(name: str) -> None:
    plain = samples.vendor_router(name, True)
    port = replace(plain.ports[0], ra="guard")
    registry.demand([replace(plain, ports=(port, *plain.ports[1:]))])
    both = replace(plain, ports=(replace(port, acl_in="users"), *plain.ports[1:]))
    with pytest.raises(Problems, match=f"RA guard and for access list users, {name} takes one list"):
        registry.demand([both])
