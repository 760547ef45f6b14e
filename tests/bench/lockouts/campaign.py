"""Plays cases side by side on hosts of their kinds; a host that is not as before is replaced."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from tests.bench.record import Record

C, H, R = TypeVar("C"), TypeVar("H"), TypeVar("R")


class Ended(Protocol):
    """How a case ended: `state` is back, new or half, `late` seconds after the timer."""

    @property
    def state(self) -> str: ...
    @property
    def late(self) -> float: ...


def records(
    name: str, work: str, stock: str, ours: Sequence[Ended], theirs: Sequence[Ended], grace: float
) -> list[Record]:
    """Share back in time, share half-applied, and the slowest return; `grace` seconds after the timer count as late."""
    late = [one.late for one in ours if one.state == "back"]
    back, half, slowest = _share(ours, "back"), _share(ours, "half"), max(late, default=float("inf"))
    rows = (
        ("back", work, stock, _share(theirs, "back"), back, "%", "100 %", back == 100 and slowest <= grace,
         (back, back)),
        ("half", f"{work}: half-applied", stock, _share(theirs, "half"), half, "%", "0 %", half == 0, (half, half)),
        ("late", f"{work}: the slowest return after the timer's end", "none, a goal only", None, slowest, "s",
         f"<= {grace:g} s", slowest <= grace, (min(late, default=0.0), slowest)),
    )  # fmt: skip
    return [
        Record(f"{name}-{word}", said, peer, value, own, unit, None, goal, met, len(ours), spread)
        for word, said, peer, value, own, unit, goal, met, spread in rows
    ]


def _share(outcomes: Sequence[Ended], state: str) -> float:
    return round(100 * sum(one.state == state for one in outcomes) / len(outcomes), 1)


def difference(base: str, seen: str) -> str:
    """The first lines that are gone and that are new; empty when there are none."""
    before, after = set(base.splitlines()), set(seen.splitlines())
    return "; ".join([*(f"-{line.strip()}" for line in sorted(before - after)[:4]),
                      *(f"+{line.strip()}" for line in sorted(after - before)[:4])])  # fmt: skip


def campaign(
    wanted: Iterable[C],
    kind: Callable[[C], str],
    at_once: Mapping[str, int],
    host: Callable[[str, str], AbstractContextManager[H]],
    player: Callable[[C, H], R],
    reusable: Callable[[R], bool],
) -> list[R]:
    """What `player` made of every case, in no order; `at_once` says how many hosts of each kind work at a time, `host`
    opens one of a kind under a name. The first error of any of them ends the campaign and is raised."""
    waiting: dict[str, queue.SimpleQueue[C]] = {one: queue.SimpleQueue() for one in at_once}
    for case in wanted:
        waiting[kind(case)].put(case)
    found: list[R] = []
    errors: list[BaseException] = []

    def work(one: str, number: int) -> None:
        try:
            life = 0
            while not errors and not waiting[one].empty():
                life += 1
                with host(one, f"{one}-{number}-{life}") as opened:
                    while not errors:
                        try:
                            case = waiting[one].get_nowait()
                        except queue.Empty:
                            return
                        outcome = player(case, opened)
                        found.append(outcome)
                        if not reusable(outcome):
                            break
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(one, n)) for one, count in at_once.items() for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return found
