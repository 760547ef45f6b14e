"""What the router drivers render is read by the pre-check to the last line, so that nothing stays unjudged."""

from __future__ import annotations

import pytest

from ipv6.drivers import registry
from ipv6.drivers.vendor import OBJECT
from ipv6.precheck import parse_frr, parse_vendor
from tests.drivers import samples
from tests.drivers import vendor_cases as cases

STEPS: tuple[cases.Step, ...] = ("before", "after")


@pytest.mark.parametrize("driver", cases.DRIVERS)
@pytest.mark.parametrize("case", sorted(cases.CASES))
@pytest.mark.parametrize("step", STEPS)
def test_a_vendors_text(driver: str, case: str, step: cases.Step) -> None:
    text = registry.driver(driver).render(cases.CASES[case](driver, step))[OBJECT]
    unknown = [line for line in parse_vendor.parse(text, driver).unknown if not line.endswith(": isis silent")]
    assert unknown == []


@pytest.mark.parametrize("dual", [False, True])
def test_frr(dual: bool) -> None:
    found = parse_frr.parse(registry.driver("frr").render(samples.router(dual))["running-config"])
    assert found.unknown == ()
    assert {name for _, name in found.prefix_lists} == {"provider-in", "provider-out"}
    assert found.bgp is not None
    named = {version for peer in found.bgp.peers for version, _ in peer.exports}
    assert named == ({4, 6} if dual else {4})


def test_the_three_kinds_of_router_filter_the_provider_alike() -> None:
    frr = parse_frr.parse(registry.driver("frr").render(samples.router(True))["running-config"]).prefix_lists
    for driver in cases.DRIVERS:
        text = registry.driver(driver).render(samples.vendor_router(driver, True))[OBJECT]
        found = parse_vendor.parse(text, driver).prefix_lists
        assert {(version, name.removeprefix("jiyue-")): rules for (version, name), rules in found.items()} == frr
