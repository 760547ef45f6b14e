"""Injected drifts of many kinds: how many of them are named, and what is named that nobody injected."""

from __future__ import annotations

import time
from collections import Counter

from infra.cluster import ApiServer
from infra.fleet import drift
from tests.bench.record import Record, median_and_spread
from tests.bench.stacks.drifts import draw, inject
from tests.bench.stacks.world import platforms, size, world
from tests.infra.world import objects


def measure(rounds: int) -> list[Record]:
    """One round is enough for the counts; the check itself is timed once per round on what was injected."""
    names, count = platforms(), size("DRIFTS", 500)
    with world() as here:
        here.run("ours", names)
        if found := {name: one.lines for name, one in drift(here.fleet, names).items() if one.lines}:
            raise SystemExit(f"drift before anything was injected: {found}")
        injected = draw([item for name in names for item in objects(name).all], count, seed=7)
        inject(ApiServer(here.fleet.kubeconfig, here.fleet.context("")), injected)
        times, results = [], {}
        for _ in range(max(rounds, 1)):
            started = time.monotonic()
            results = drift(here.fleet, names)
            times.append(time.monotonic() - started)
    told = {line.partition(": ")[0] for one in results.values() for line in one.lines}
    wanted = {one.place for one in injected}
    missed, invented = wanted - told, told - wanted
    print(Counter(one.kind for one in injected).most_common(), flush=True)
    print(f"missed: {sorted(missed)[:10]}\ninvented: {sorted(invented)[:10]}", flush=True)
    share = round(100 * (1 - len(missed) / len(wanted)), 2)
    seconds, spread = median_and_spread(times)
    work = f"{len(wanted)} drifts of {len({one.kind for one in injected})} kinds on {len(names)} platforms"
    return [
        Record("stacks-drift-found", f"{work}: found", "none, a goal only", None, share, "%", None, "100 %",
               not missed, len(times), (share, share)),
        Record("stacks-drift-invented", f"{work}: objects named that nobody changed", "none, a goal only", None,
               float(len(invented)), "objects", None, "0", not invented, len(times), (0.0, float(len(invented)))),
        Record("stacks-drift-seconds", f"{work}: one check of all platforms in a running process", "none, a goal only",
               None, seconds, "s", None, "reported only", True, len(times), spread),
    ]  # fmt: skip
