"""Plays cases side by side on hosts of their kinds; a host that is not as before is replaced."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TypeVar

C, H, R = TypeVar("C"), TypeVar("H"), TypeVar("R")


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
