"""The cases: which vendor, which change, which accident at which moment; all of it follows from the seed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random

from ipv6.change.model import Section
from ipv6.drivers import registry
from ipv6.drivers.vendor import OBJECT
from ipv6.plan.intent import DeviceIntent, Route
from ipv6.zones.access import access_list
from tests.drivers import samples
from tests.drivers import vendor_cases as vendors

DRIVERS = vendors.DRIVERS
LOCKOUTS = {"wrong-acl": "filter", "default-route": "route", "address": "address"}
ACCIDENTS = (*LOCKOUTS, "controller-killed", "link-cut", "connection-reset", "restarted")
RATE = 8.0
"""How many times faster a stand-in's clock runs: its shortest timer of a minute takes 7.5 s."""
_WAY = "10.254.1.18"
_OPEN = {
    "address": re.compile(r"(?m)^ ip address 10\.254\.1\.19 "),
    "route": re.compile(r"(?m)^ip route-static 0\.0\.0\.0 \S+ 10\.254\.1\.18\b"),
}
_FILTER = re.compile(r"(?m)^ (?:traffic-policy|packet-filter) .*inbound$")


@dataclass(frozen=True, slots=True)
class Case:
    """`timer` in the device's seconds; `at` is a moment as a share of a usual commit."""

    number: int
    driver: str
    accident: str
    change: str
    timer: int
    at: float

    def __str__(self) -> str:
        return f"{self.number} {self.driver} {self.accident} change={self.change} at={self.at:.2f} timer={self.timer}"


def cases(count: int, seed: int = 8) -> list[Case]:
    """`count` cases, vendors and accidents in turn, the rest by chance."""
    chance, found = Random(seed), []
    for number in range(count):
        accident = ACCIDENTS[number // len(DRIVERS) % len(ACCIDENTS)]
        change = LOCKOUTS.get(accident) or chance.choice(("good", *LOCKOUTS.values()))
        driver = DRIVERS[number % len(DRIVERS)]
        found.append(Case(number, driver, accident, change, chance.choice((60, 90, 120)), chance.random()))
    return found


def passable(running: str) -> bool:
    """Whether a device that runs this text lets its operator in: address, way back, and no filter that drops SSH."""
    return all(one.search(running) for one in _OPEN.values()) and not _FILTER.search(running)


def text(driver: str, change: str) -> str:
    """The configuration: `base`, a `good` dual-stack change, or one that locks the operator out."""
    return registry.driver(driver).render(_intent(driver, change))[OBJECT]


def _intent(driver: str, change: str) -> DeviceIntent:
    found = vendors.county(driver, change != "base")
    found = replace(found, routes=() if change == "route" else (Route("0.0.0.0/0", _WAY),))
    if change == "address":
        port = found.ports[0]
        kept = tuple(one for one in port.addresses if not one.startswith("10.254.1.19/"))
        found = replace(found, ports=(replace(port, addresses=kept), *found.ports[1:]))
    if change == "filter":
        wrong = access_list("to-zones", samples.FLOWS, vendors.PREFIXES, vendors.ZONES, True)
        found = replace(found, ports=(replace(found.ports[0], acl_in="to-zones"), *found.ports[1:]),
                        access_lists=(wrong,))  # fmt: skip
    return found


def section(case: Case) -> Section:
    """The change from the base, as the controller would send it."""
    return registry.section(case.driver, OBJECT, text(case.driver, "base"), text(case.driver, case.change))
