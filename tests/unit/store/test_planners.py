"""Many planners at once, on both databases: no prefix twice, no claim lost, the chain whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkProcess
from pathlib import Path

from inventory import source
from ipv6.change.model import Claim
from ipv6.plan.plan import make_plan
from jiyue.store import Store, open_store

ROOT = Path(__file__).resolve().parents[3]
PLANNERS, TURNS = 50, 4
FORK = multiprocessing.get_context("fork")


def lowest_free(name: str) -> Callable[[Sequence[Claim]], list[Claim]]:
    """A planner that takes the lowest free /48, so that two which see the same ledger choose the same."""

    def choose(held: Sequence[Claim]) -> list[Claim]:
        taken = {claim.prefix for claim in held}
        free = next(prefix for number in range(4096) if (prefix := f"3fff:{number:x}::/48") not in taken)
        time.sleep(0.002)  # time for somebody else to choose the same, if the lock let them
        return [Claim(name, free, "")]

    return choose


def _run(work: Callable[[int], None], count: int, seconds: float = 300) -> list[int | None]:
    """Exit codes of `count` processes that all start at once."""
    start = FORK.Barrier(count)

    def body(number: int) -> None:
        start.wait(60)
        work(number)

    workers: list[ForkProcess] = [FORK.Process(target=body, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(seconds)
    codes = [worker.exitcode for worker in workers]
    for worker in workers:
        if worker.is_alive():
            worker.kill()
    return codes


def test_fifty_planners(place: str) -> None:
    """Each opens the store itself, plans four times, and never gets what another one got."""

    def work(number: int) -> None:
        own = open_store(place)
        for turn in range(TURNS):
            own.allocate(lowest_free(f"{number}/{turn}"))

    assert _run(work, PLANNERS) == [0] * PLANNERS
    store = open_store(place)
    claims = store.claims()
    assert {claim.key for claim in claims} == {f"{n}/{turn}" for n in range(PLANNERS) for turn in range(TURNS)}
    assert {claim.prefix for claim in claims} == {f"3fff:{number:x}::/48" for number in range(PLANNERS * TURNS)}
    assert store.verify_chain() == PLANNERS * TURNS
    store.database.close()


def test_forked_children_do_not_share_a_connection(store: Store) -> None:
    """A store opened before the fork is used by parent and children alike."""
    store.allocate(lowest_free("parent"))

    def work(number: int) -> None:
        for turn in range(TURNS):
            store.allocate(lowest_free(f"{number}/{turn}"))

    assert _run(work, 6) == [0] * 6
    store.allocate(lowest_free("parent again"))
    assert store.verify_chain() == len(store.claims()) == 6 * TURNS + 2


def test_the_province_planned_by_several(place: str) -> None:
    """Four engineers plan the whole province on an empty ledger: the plan of one of them, once."""
    inv = source.load(ROOT / "inventory" / "hunan", "lab")

    def work(_number: int) -> None:
        open_store(place).allocate(lambda held: make_plan(inv, held).new)

    assert _run(work, 4) == [0] * 4
    store = open_store(place)
    assert store.claims() == make_plan(inv).new
    assert store.verify_chain() == len(store.claims())
    store.database.close()


def test_a_planner_killed_inside_the_lock(store: Store, place: str) -> None:
    """Its lock goes with it, nothing of what it had chosen stays, and the next one plans."""
    store.allocate(lowest_free("before"))
    inside = FORK.Event()

    def stuck(held: Sequence[Claim]) -> list[Claim]:
        inside.set()
        time.sleep(300)
        return []

    def body() -> None:
        open_store(place).allocate(stuck)

    worker = FORK.Process(target=body)
    worker.start()
    assert inside.wait(60)
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(30)
    store.allocate(lowest_free("after"))
    assert [claim.key for claim in store.claims()] == ["before", "after"]


def test_several_make_the_same_store(place: str) -> None:
    """The first use by eight at once makes one store, not eight halves."""

    def work(number: int) -> None:
        open_store(place).allocate(lowest_free(str(number)))

    assert _run(work, 8) == [0] * 8
    store = open_store(place)
    assert store.verify_chain() == 8
    store.database.close()
