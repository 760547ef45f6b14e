"""How far a run is: answers by vantage, their rate, and what is left by the rate and by the sites already done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

PERIOD = 0.5
"""Seconds between two tellings."""
SURE_AFTER = 2.0
"""Seconds before which no rate says how long the rest will take."""
SHOWN = 4
"""Vantages that are named at once."""


@dataclass(frozen=True, slots=True)
class State:
    """`hosts` are (host, answered, asked) of those still at work; `subjects` of `all_subjects` are judged.

    `rate` is in answers per second, `left` in seconds, None while nobody can know.
    """

    answered: int
    asked: int
    kept: int
    subjects: int
    all_subjects: int
    hosts: tuple[tuple[str, int, int], ...]
    rate: float
    left: float | None


class Progress:
    """Counts from any thread and tells `say` no more often than every PERIOD seconds, one call at a time."""

    def __init__(self, say: Callable[[State], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._lock, self._saying = threading.Lock(), threading.Lock()
        self._started = self._told = clock()
        self._hosts: dict[str, list[int]] = {}
        self._answered = self._asked = self._kept = 0
        self._subjects = self._all = self._at_subjects = 0

    def asked(self, host: str, count: int, kept: int = 0) -> None:
        """So many jobs go to a host, of which `kept` are known from before."""
        with self._lock:
            one = self._hosts.setdefault(host, [0, 0])
            one[0] += kept
            one[1] += count
            self._asked += count
            self._answered += kept
            self._kept += kept

    def heard(self, host: str) -> None:
        """One of them is answered."""
        with self._lock:
            self._hosts[host][0] += 1
            self._answered += 1
            now = self._clock()
            if now - self._told < PERIOD:
                return
            self._told = now
            state = self._state(now)
        with self._saying:
            self._say(state)

    def judged(self, subjects: int, of: int) -> None:
        """So many subjects of all are done."""
        with self._lock:
            self._subjects, self._all, self._at_subjects = subjects, of, self._answered

    @property
    def kept(self) -> int:
        """Answers that were known from before."""
        return self._kept

    def _state(self, now: float) -> State:
        busy = tuple((name, done, all_) for name, (done, all_) in self._hosts.items() if done < all_)
        took = max(now - self._started, 0.001)
        rate = (self._answered - self._kept) / took
        expected = self._asked
        if self._subjects:
            expected = max(expected, round(self._at_subjects / self._subjects * self._all))
        known = took >= SURE_AFTER and rate and (self._subjects or self._all == 0)
        left = (expected - self._answered) / rate if known else None
        return State(self._answered, self._asked, self._kept, self._subjects, self._all, busy[:SHOWN], rate, left)
