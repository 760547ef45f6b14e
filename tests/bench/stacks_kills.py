"""SIGKILL of the command, the engine or the provider at distinct steps of `up`: the next run needs nobody's help."""

from __future__ import annotations

from collections import Counter

from tests.bench.record import Record
from tests.bench.stacks.world import platforms, size, world
from tests.infra import kills


def measure(rounds: int) -> list[Record]:
    """One campaign whatever the rounds: it is a count, not a time."""
    count, (province, *cities) = size("KILLS", 200), platforms()
    kills.shrink()
    with world() as here:
        made = kills.Campaign(here.fleet, here.project, here.plane, said=lambda text: print(text, flush=True))
        made.recover(province)  # the cities' stacks read it
        kills.campaign(made, cities or [province], count, seed=11)
    by_target = Counter(kill.target for kill in made.fired)
    print(f"{len(made.fired)} of {count} kills hit: {dict(by_target)}", flush=True)
    print(sorted(f"{kill.run} {kill.step} {kill.target}" for kill in made.fired), flush=True)
    for fault in made.faults[:20]:
        print(fault, flush=True)
    of_each = ", ".join(f"{number} {target}" for target, number in by_target.items())
    work = f"{len(made.fired)} SIGKILLs at distinct points of up ({of_each})"
    faults = float(len(made.faults))
    return [
        Record("stacks-kills", f"{work}; manual steps, duplicates and lost resources after the next run",
               "none, a goal only", None, faults, "faults", None, "0", not faults and len(set(made.fired)) == count,
               1, (faults, faults))
    ]  # fmt: skip
