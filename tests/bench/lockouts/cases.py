"""The cases: which host, which change, which accident at which moment; all of it follows from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

HOSTS = ("frr", "linux")
LOCKOUTS = ("filter", "route", "address")
"""Changes that cut the way in by themselves: a wrong filter (on a router: a wrong route to the operator), the lost
default route, the removed address."""
ACCIDENTS = (
    "wrong-acl",
    "default-route",
    "address",
    "controller-killed",
    "link-cut",
    "timer-killed",
    "agent-killed",
    "disk-full",
)
POINTS = {"frr": 16, "linux": 26}
"""About how many steps a commit has: a point beyond the last is met by the timer, or by nobody."""


@dataclass(frozen=True, slots=True)
class Case:
    """`timer` in seconds; `point` counts steps of the agent; `at` is a moment as a share of a usual commit; `free_kb`
    is the room on the disk."""

    number: int
    host: str
    accident: str
    change: str
    timer: int
    point: int
    at: float
    free_kb: int

    def __str__(self) -> str:
        return f"{self.number} {self.host} {self.accident} change={self.change} point={self.point} timer={self.timer}"


def cases(count: int, seed: int = 8) -> list[Case]:
    """`count` cases, hosts and accidents in turn, the rest by chance."""
    chance, found = Random(seed), []
    for number in range(count):
        host, accident = HOSTS[number % 2], ACCIDENTS[number // 2 % len(ACCIDENTS)]
        change = {"wrong-acl": "filter", "default-route": "route", "address": "address"}.get(accident)
        found.append(
            Case(
                number,
                host,
                accident,
                change or chance.choice(("good", *LOCKOUTS)),
                chance.randint(2, 5),
                chance.randint(1, POINTS[host]),
                chance.random(),
                chance.choice((0, 4, 8, 16, 32, 48, 64)),
            )
        )
    return found
