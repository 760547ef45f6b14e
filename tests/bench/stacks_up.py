"""First `up` of all platforms: plain `pulumi up` in turn, the Automation API in threads, a raw loop, and ours."""

from __future__ import annotations

from tests.bench.record import Record, median_and_spread
from tests.bench.stacks.world import platforms, world
from tests.infra.world import objects


def measure(rounds: int) -> list[Record]:
    """Each contestant on an empty control plane of its own, in turn; every replica is ready on all sides."""
    names = platforms()
    steps = [objects(name).steps for name in names]
    if min(steps) < 140:
        raise SystemExit(f"a platform has only {min(steps)} resources")
    seconds: dict[str, list[float]] = {"ours": [], "pool": [], "plain": [], "raw": []}
    peaks: list[float] = []
    for _ in range(rounds):
        for word in seconds:
            with world() as here:
                if word == "plain":
                    took = here.first(names)
                else:
                    took, peak = here.run(word, names)
                    peaks += [peak] if word == "ours" else []
                seconds[word].append(took)
                print(f"{word}: {took:.1f} s", flush=True)
    mine, spread = median_and_spread(seconds["ours"])
    work = f"first up of {len(names)} platforms, {sum(steps)} resources, until every replica is ready; wall time"
    found = []
    for word, goal, peer in (
        ("plain", 6.0, "pulumi up per stack, one after another, defaults"),
        ("pool", 1.5, "Automation API: a thread per stack, up(parallel=32)"),
    ):
        value, _ = median_and_spread(seconds[word])
        ratio = value / mine
        name = f"stacks-up-{word}"
        met = ratio >= goal
        found.append(Record(name, work, peer, value, mine, "s", round(ratio, 2), f">= {goal:g} x", met, rounds, spread))
    floor, _ = median_and_spread(seconds["raw"])
    share = round(floor / mine, 3)
    found.append(
        Record("stacks-up-raw", f"{work}; share of it that a raw loop of server-side applies takes",
               "aiohttp, 64 connections", floor, mine, "s", share, "reported only", True, rounds, spread)
    )  # fmt: skip
    peak, range_ = median_and_spread(peaks)
    found.append(
        Record("stacks-up-memory", f"peak memory of the whole tree, first up of {len(names)} platforms (PSS)",
               "none, a goal only", None, peak, "MiB", None, "< 3072 MiB", peak < 3072, rounds, range_)
    )  # fmt: skip
    return found
