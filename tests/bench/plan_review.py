"""Forgeries of proposal, signature, keyring and log: a hundred thousand are tried, none may open the gate."""

from __future__ import annotations

import random
import time

from tests.bench.record import Record, median_and_spread
from tests.unit.review.forge import Attempt, accepted, attempt, genuine

FORGERIES = 100_000
SECONDS = 300.0


def measure(rounds: int) -> list[Record]:
    """`rounds` times as many seeded forgeries; the same checks as the gate makes."""
    true = genuine()
    if not accepted(true, Attempt("")):
        raise SystemExit("the genuine set is refused: the figure would not count")
    opened, seconds, kinds = [], [], dict[str, int]()
    for seed in range(rounds):
        draw = random.Random(seed)
        tried = [attempt(true, draw) for _ in range(FORGERIES)]
        started = time.monotonic()
        let_in = [one for one in tried if accepted(true, one)]
        seconds.append(time.monotonic() - started)
        opened.append(float(len(let_in)))
        for one in tried:
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
    work = f"{FORGERIES:,} random forgeries of {len(kinds)} kinds, each judged as by the gate of apply"
    count, count_spread = median_and_spread(opened)
    median, spread = median_and_spread(seconds)
    none = "none, a goal only"
    return [
        Record("plan-review-forgeries", work, none, None, max(opened, default=count), "accepted", None, "0 accepted",
               not any(opened), rounds, count_spread),
        Record("plan-review-forgeries-time", work, none, None, median, "s", None, f"< {SECONDS:g} s",
               median < SECONDS, rounds, spread),
    ]  # fmt: skip
