"""Forgeries of proposal, signature, keyring and log: a hundred thousand are tried, none may open the gate."""

from __future__ import annotations

import random
import time

from tests.bench.record import Record
from tests.unit.review.forge import Attempt, accepted, attempt, genuine

FORGERIES = 100_000
SECONDS = 300.0


def measure(rounds: int) -> list[Record]:
    """All forgeries once, in `rounds` parts with seeds of their own; the same checks as the gate makes."""
    true = genuine()
    if not accepted(true, Attempt("")):
        raise SystemExit("the genuine set is refused: the figure would not count")
    let_in, seconds, kinds = 0, 0.0, set[str]()
    for seed in range(rounds):
        draw = random.Random(seed)
        tried = [attempt(true, draw) for _ in range(-(-FORGERIES // rounds))]
        started = time.monotonic()
        let_in += sum(accepted(true, one) for one in tried)
        seconds += time.monotonic() - started
        kinds |= {one.kind for one in tried}
    work = f"{FORGERIES:,} random forgeries of {len(kinds)} kinds, each judged as by the gate of apply"
    none = "none, a goal only"
    took = round(seconds, 2)
    return [
        Record("plan-review-forgeries", work, none, None, float(let_in), "accepted", None, "0 accepted", not let_in,
               rounds, (float(let_in), float(let_in))),
        Record("plan-review-forgeries-time", work, none, None, took, "s", None, f"< {SECONDS:g} s", took < SECONDS,
               rounds, (took, took)),
    ]  # fmt: skip
