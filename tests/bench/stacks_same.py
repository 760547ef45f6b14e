"""Nothing changed, live state really read: `pulumi up --refresh` of every stack beside one `jiyue stack up --all`."""

from __future__ import annotations

from tests.bench.record import Record, median_and_spread
from tests.bench.stacks.world import platforms, world


def measure(rounds: int) -> list[Record]:
    """The same stacks, the same states, the same control plane, in turn."""
    names = platforms()
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    with world() as here:
        here.run("ours", names)
        for _ in range(rounds):
            times["plain"].append(here.refreshed(names))
            times["ours"].append(here.run("ours", names, settle=False)[0])
            print({word: round(took[-1], 2) for word, took in times.items()}, flush=True)
    mine, spread = median_and_spread(times["ours"])
    value, _ = median_and_spread(times["plain"])
    ratio = round(value / mine, 1)
    return [
        Record("stacks-same", f"nothing changed on {len(names)} platforms, live state read; wall time of the process",
               "pulumi up --refresh per stack, one after another, defaults", value, mine, "s", ratio, ">= 25 x",
               ratio >= 25, rounds, spread)
    ]  # fmt: skip
