"""Turn after turn until somebody ends it: measure, compare with the turns before, tell, wait."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from inventory.errors import InputError, JiyueError
from inventory.indicators import Indicators
from ipv6.verify.regression import ALERTS, Event, Machine
from jiyue.monitor.metrics import Numbers, turn_of
from jiyue.probe.rounds import Verification

PAUSE = 1.0
"""Seconds between two turns at least, however long a turn took."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds from the start of one turn to the start of the next, and by which share of them it may vary."""

    interval: float
    jitter: float

    def __post_init__(self) -> None:
        """InputError for what would flood or never come."""
        if not 5 <= self.interval <= 86_400:
            raise InputError("--interval", f"{self.interval:g} s is not between 5 and 86400", "choose 300 or so")
        if not 0 <= self.jitter <= 0.5:
            raise InputError("--jitter", f"{self.jitter:g} is not between 0 and 0.5", "choose 0.1 or so")

    def wait(self, took: float, chance: Callable[[float, float], float] = random.uniform) -> float:
        """Seconds until the next turn after one that took so long."""
        return max(PAUSE, self.interval * (1 + chance(-self.jitter, self.jitter)) - took)


@dataclass(frozen=True, slots=True)
class Told:
    """One turn as people and programs are told; `problem` is why nothing was measured, then the rest is empty."""

    number: int
    seconds: float
    seen: Verification | None
    events: tuple[Event, ...]
    problem: JiyueError | None = None


@dataclass
class Loop:
    """`measure` takes one turn, `told` hears of each, `alert` of the events that somebody has to know.

    `stop` ends the waiting, and the loop after the turn at hand. A turn that cannot measure is counted and told; the
    first one must measure, or its error is raised.
    """

    measure: Callable[[], Verification]
    machine: Machine
    numbers: Numbers
    indicators: Indicators
    rhythm: Rhythm
    told: Callable[[Told], None]
    alert: Callable[[tuple[Event, ...]], None]
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    pause: Callable[[float], object] | None = None

    def run(self, turns: int = 0) -> int:
        """So many turns, without end for 0; how many were taken."""
        pause = self.pause or self.stop.wait
        number = 0
        while not self.stop.is_set():
            number += 1
            started = self.clock()
            try:
                self._turn(number, started)
            except KeyboardInterrupt:
                if self.stop.is_set():
                    return number - 1
                raise
            if number == turns:
                break
            pause(self.rhythm.wait(self.clock() - started))
        return number

    def _turn(self, number: int, started: float) -> None:
        try:
            seen = self.measure()
        except JiyueError as error:
            took = self.clock() - started
            if number == 1:
                raise
            self.numbers.failed(took)
            self.told(Told(number, took, None, (), error))
            return
        took = self.clock() - started
        events = self.machine.turn(seen.results)
        states = {"green": self.machine.count("green"), "suspect": self.machine.count("suspect"),
                  "red": self.machine.count("red"), "dark": self.machine.count("dark")}  # fmt: skip
        self.numbers.done(
            turn_of(self.wall(), took, seen.results, self.indicators), states, [one.kind for one in events]
        )
        self.told(Told(number, took, seen, events))
        loud = tuple(one for one in events if one.kind in ALERTS)
        if loud:
            self.alert(loud)


@contextmanager
def ending(stop: threading.Event, hurry: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop` and call `hurry`, which breaks off what is being measured; a second one is the
    kernel's or Python's own again."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        for one, old in before.items():
            signal.signal(one, old)
        hurry()

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
