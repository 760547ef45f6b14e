"""1,000 injected lockouts on FRR and Linux hosts: every one back to the old configuration within its timer + 5 s."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from tests.bench.lockouts import peer
from tests.bench.lockouts.campaign import campaign as side_by_side
from tests.bench.lockouts.campaign import records as judged
from tests.bench.lockouts.cases import Case, cases
from tests.bench.lockouts.play import GRACE, Outcome, host, play
from tests.bench.record import Record
from tests.drivers.sandbox import Sandbox

CASES, SAMPLE = 1000, 96
AT_ONCE = {"frr": 7, "linux": 6}
"""Hosts of each kind side by side: most of a case is waiting for its timer."""
Player = Callable[[Case, Sandbox, tuple[str, str]], Outcome]


def campaign(wanted: Iterable[Case], player: Player, at_once: dict[str, int] = AT_ONCE) -> list[Outcome]:
    """Every case on hosts of its kind, many side by side, in their order."""
    found = side_by_side(
        wanted,
        lambda case: case.host,
        at_once,
        host,
        lambda case, opened: player(case, *opened),
        lambda outcome: outcome.state == "back",
    )
    return sorted(found, key=lambda outcome: outcome.case.number)


def measure(rounds: int) -> list[Record]:
    """The whole campaign once, whatever the number of rounds; the peers with a sample of the same cases."""
    ours = campaign(cases(CASES), play)
    theirs = campaign(cases(SAMPLE), peer.play)
    for outcome in ours:
        if outcome.state != "back" or outcome.late > GRACE:
            sys.stderr.write(f"{outcome.case}: {outcome.state}, {outcome.late} s late: {outcome.reason}\n")
    for accident, states in sorted(_table(theirs).items()):
        sys.stderr.write(f"peer, {accident}: {dict(states)}\n")
    return records(ours, theirs)


def _table(outcomes: Sequence[Outcome]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        found.setdefault(f"{outcome.case.host} {outcome.case.accident}", Counter())[outcome.state] += 1
    return found


def records(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> list[Record]:
    """Share back in time, share half-applied, and the slowest return."""
    locked = sum(outcome.locked_out for outcome in ours)
    work = (f"{len(ours)} seeded lockouts (wrong filter, lost default route, address removed, controller killed, link "
            f"cut, a timer killed, agent killed at step N, disk full) on FRR and Linux hosts, real daemons; the "
            f"operator was cut off in {locked}")  # fmt: skip
    stock = (f"frr-reload.py, and copy + nft -f + ip -batch, no timer; a sample of {len(theirs)} of the same cases, "
             f"looked at {GRACE:g} s after the timer would have ended")  # fmt: skip
    return judged("apply-lockouts", work, stock, ours, theirs, GRACE)
