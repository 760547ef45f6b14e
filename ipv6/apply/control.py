"""A run that another shell can pause, resume and abort: orders are rows of the store, tied to the run's id.

A row is on disk before the order counts as given. Whoever gives one does not wait for it: `jiyue ipv6 status` shows
where the run is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipv6.ports import Clock, Progress, Store

ORDERS, RUNS = "apply-order", "apply-run"
PAUSE, RESUME, ABORT = "pause", "resume", "abort"
NOW = "now"
TICK = 1.0
"""Seconds between two looks while a run waits."""


def give(store: Store, run: str, order: str, by: str, at: str) -> None:
    """Leave an order for a run; the last one counts."""
    store.put_result(ORDERS, run, {"order": order, "by": by, "at": at})


@dataclass
class Control:
    """The run's side: where it stands, what it was told, and whether it has to stop (`halted` says why)."""

    store: Store
    clock: Clock
    progress: Progress
    run_id: str
    sleep: Callable[[float], None] = time.sleep
    reasons: list[str] = field(default_factory=list)
    code: int = 0
    _about: dict[str, Any] = field(default_factory=dict)

    @property
    def halted(self) -> str:
        """Why nothing new may begin, empty text while it may."""
        return "; ".join(self.reasons)

    def halt(self, code: int, reason: str) -> None:
        """Begin nothing new from now on."""
        if reason not in self.reasons:
            self.reasons.append(reason)
            self.code = self.code or code

    def stands(self, state: str, where: str = "", **about: Any) -> None:
        """Write down where the run stands, for whoever asks."""
        self._about |= about
        row = {**self._about, "run": self.run_id, "state": state, "where": where, "at": self.clock.now()}
        self.store.put_result(RUNS, NOW, row)

    def aborted(self) -> bool:
        """Whether an abort has come; it is noted as the reason to stop."""
        order = self._order()
        if order.get("order") == ABORT:
            self.halt(1, f"aborted by {order.get('by', '?')} at {order.get('at', '?')}")
        return bool(self.reasons)

    def heed(self, where: str, safe: bool) -> None:
        """Do as told before something new begins. A pause waits until nothing is unconfirmed (`safe`), because a
        device's timer does not pause."""
        if not self.aborted() and safe and self._order().get("order") == PAUSE:
            order = self._order()
            self.wait(where, f"paused by {order.get('by', '?')} at {order.get('at', '?')}")

    def wait(self, where: str, why: str) -> str:
        """Wait for `resume` or `abort`; gives who resumed."""
        self.progress.note(f"{why}; go on with: jiyue ipv6 apply resume")
        self.stands("paused", where, why=why)
        while not self.aborted():
            order = self._order()
            if order.get("order") == RESUME:
                self.stands("running", where, why="")
                self.progress.note(f"resumed by {order.get('by', '?')}")
                return str(order.get("by", "?"))
            self.sleep(TICK)
        return ""

    def hold(self, where: str, why: str) -> str:
        """Pause by the run's own rule: an older `resume` does not count."""
        give(self.store, self.run_id, PAUSE, why, self.clock.now())
        return self.wait(where, why)

    def soak(self, where: str, seconds: float) -> None:
        """Let what was changed work for a while; an abort ends it."""
        if seconds > 0:
            self.progress.now(f"{where}: soaking for {seconds:.0f} s")
            self.stands("soaking", where)
        while seconds > 0 and not self.aborted():
            self.sleep(min(TICK, seconds))
            seconds -= TICK

    def _order(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.store.results(ORDERS).get(self.run_id, {})
        return found
