"""The loop with a clock of its own: rhythm, turns that measure nothing, signals."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from inventory.source import load
from ipv6.verify.model import CheckResult, Fail, Pass, Verdict
from ipv6.verify.regression import Event, Machine
from jiyue.monitor.loop import Loop, Rhythm, Told, ending
from jiyue.monitor.metrics import Numbers
from jiyue.probe.rounds import Verification

INDICATORS = load(Path(__file__).parents[3] / "inventory" / "hunan").indicators
AWAY = EnvironmentFailed("hosts", "nobody answers", "bring them up")


def seen(verdict: Verdict) -> Verification:
    return Verification((CheckResult("tcp-ports", "changsha", "www.a.cn", "network", "network", verdict),))


@dataclass
class Stage:
    """A loop whose turns are given and whose clock only its own waiting and measuring move."""

    turns: Sequence[Verdict | Exception]
    took: float = 10.0
    time: float = 0.0
    starts: list[float] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    alerts: list[tuple[Event, ...]] = field(default_factory=list)
    numbers: Numbers = field(default_factory=Numbers)

    def measure(self) -> Verification:
        self.starts.append(self.time)
        self.time += self.took
        now = self.turns[len(self.starts) - 1]
        if isinstance(now, Exception):
            raise now
        return seen(now)

    def pause(self, seconds: float) -> None:
        self.time += seconds

    def loop(self, rhythm: Rhythm) -> Loop:
        return Loop(
            self.measure, Machine(2, 3), self.numbers, INDICATORS, rhythm, self.told.append, self.alerts.append,
            clock=lambda: self.time, wall=lambda: 1_000_000 + self.time, pause=self.pause,
        )  # fmt: skip


def test_turns_start_one_interval_apart_and_never_without_a_pause() -> None:
    quick, slow = Stage([Pass()] * 3), Stage([Pass()] * 3, took=70.0)
    assert quick.loop(Rhythm(60, 0)).run(3) == 3
    assert quick.starts == [0, 60, 120]
    slow.loop(Rhythm(60, 0)).run(3)
    assert slow.starts == [0, 71, 142]


@pytest.mark.parametrize(("chance", "wait"), [(-1.0, 260.0), (0.0, 290.0), (1.0, 320.0)])
def test_jitter_is_a_share_of_the_interval(chance: float, wait: float) -> None:
    def lot(low: float, high: float) -> float:
        assert (low, high) == (-0.1, 0.1)
        return high * chance

    assert Rhythm(300, 0.1).wait(10, lot) == pytest.approx(wait)


@pytest.mark.parametrize(
    "make", [lambda: Rhythm(1, 0), lambda: Rhythm(float("nan"), 0), lambda: Rhythm(300, 0.9), lambda: Rhythm(300, -1)]
)
def test_a_rhythm_that_would_flood_is_refused(make: Callable[[], Rhythm]) -> None:
    with pytest.raises(InputError):
        make()


def test_a_regression_is_told_once_and_its_end_too() -> None:
    bad = Fail(("443 refused",))
    stage = Stage([Pass(), bad, bad, bad, Pass(), Pass()])
    stage.loop(Rhythm(60, 0)).run(6)
    assert [[event.kind for event in one] for one in stage.alerts] == [["regression"], ["recovered"]]
    assert [[event.kind for event in one.events] for one in stage.told] == [
        [], ["suspect"], ["regression"], [], [], ["recovered"],
    ]  # fmt: skip
    assert stage.numbers.turns == {"measured": 6}
    assert stage.numbers.states == {"green": 1, "suspect": 0, "red": 0, "dark": 0}


def test_a_turn_that_measures_nothing_is_counted_and_the_watch_goes_on() -> None:
    stage = Stage([Pass(), AWAY, Pass()])
    stage.loop(Rhythm(60, 0)).run(3)
    assert stage.told[1].problem is AWAY and stage.told[1].seen is None
    assert stage.numbers.turns == {"measured": 2, "failed": 1}
    assert stage.numbers.last_success == 1_000_000 + 130


def test_the_first_turn_must_measure() -> None:
    with pytest.raises(EnvironmentFailed):
        Stage([AWAY]).loop(Rhythm(60, 0)).run()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_waiting_and_hurries_what_is_measured(number: int) -> None:
    stage, hurried, stop = Stage([Pass()]), [], threading.Event()
    loop = stage.loop(Rhythm(86_400, 0))
    loop.stop, loop.pause = stop, None
    before = signal.getsignal(number)
    with ending(stop, lambda: hurried.append(1)):
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        assert loop.run() == 1
    assert hurried == [1]
    assert signal.getsignal(number) is before


def test_a_turn_that_is_broken_off_is_no_turn() -> None:
    stop = threading.Event()
    stage = Stage([Pass(), Pass()])
    loop = stage.loop(Rhythm(60, 0))
    loop.stop = stop
    measured = loop.measure

    def broken() -> Verification:
        if stage.starts:
            stop.set()
            raise KeyboardInterrupt
        return measured()

    loop.measure = broken
    assert loop.run() == 1
    assert len(stage.told) == 1 and stage.numbers.turns == {"measured": 1}


def test_an_interrupt_that_nobody_asked_for_is_not_swallowed() -> None:
    stage = Stage([])
    loop = stage.loop(Rhythm(60, 0))

    def interrupted() -> Verification:
        raise KeyboardInterrupt

    loop.measure = interrupted
    with pytest.raises(KeyboardInterrupt):
        loop.run()
