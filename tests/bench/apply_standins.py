"""Injected lockouts on VRP and Comware, counted apart from those of real daemons: here stand-ins answer, no devices."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from ipv6.drivers import registry
from tests.bench.lockouts.campaign import campaign
from tests.bench.lockouts.campaign import records as judged
from tests.bench.record import Record
from tests.bench.standins.cases import DRIVERS, RATE, Case, cases
from tests.bench.standins.play import GRACE, Outcome, device, ours, play, theirs

CASES, SAMPLE = 210, 28
AT_ONCE = dict.fromkeys(DRIVERS, 8)
"""Stand-ins of each vendor side by side: most of a case is waiting for its timer."""


def played(wanted: Iterable[Case], at_once: dict[str, int] = AT_ONCE, **more: object) -> list[Outcome]:
    """Every case, many side by side, in their order."""
    for driver in DRIVERS:  # its modules import each other in a ring, which many threads at once cannot
        registry.driver(driver)
    with tempfile.TemporaryDirectory() as folder:
        found = campaign(
            wanted,
            lambda case: case.driver,
            at_once,
            lambda kind, name: device(kind, Path(folder) / name),
            partial(play, **more),  # type: ignore[arg-type]
            lambda outcome: outcome.state == "back",
        )
    return sorted(found, key=lambda outcome: outcome.case.number)


def measure(rounds: int) -> list[Record]:
    """The whole campaign once, whatever the number of rounds; the peer with a sample of the same cases."""
    mine = played(cases(CASES), controller=ours)
    peers = played(cases(SAMPLE), controller=theirs)
    for outcome in mine:
        if outcome.state != "back" or outcome.late > GRACE:
            sys.stderr.write(f"{outcome.case}: {outcome.state}, {outcome.late} s late: {outcome.reason}\n")
    sys.stderr.write(f"peer: {dict(Counter(f'{one.case.accident} {one.state}' for one in peers))}\n")
    return records(mine, peers)


def records(mine: Sequence[Outcome], peers: Sequence[Outcome]) -> list[Record]:
    """Share back in time, share half-applied, and the slowest return."""
    shut, touched = sum(one.locked_out for one in mine), sum(one.touched for one in mine)
    work = (f"{len(mine)} seeded lockouts (wrong filter, lost default route, address removed, controller killed, link "
            f"cut, connection reset, device restarted) on VRP and Comware stand-ins, no devices, clocks {RATE:g} times "
            f"as fast; the change ran in {touched}, its own text shut the operator out in {shut}")  # fmt: skip
    stock = f"the same commands typed over SSH, VRP's committed, no timer; a sample of {len(peers)} of the same cases"
    return judged("apply-standins", work, stock, mine, peers, GRACE)
