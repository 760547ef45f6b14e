"""60 seeded faults of IPv6 readiness: found with the right layer and owner; 20 clean runs between them report nothing.

`python -m tests.bench.verify_faults [WORDS]` plays the cases whose fault holds one of the words, and shows the causes.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.readiness.cases import cases
from tests.bench.readiness.play import Outcome, clean, play
from tests.bench.readiness.small import Small, small
from tests.bench.record import Record

FAULTS, CLEAN = 60, 20


def campaign(lab: Small, words: tuple[str, ...] = (), clean_runs: int = CLEAN) -> tuple[list[Outcome], list[str]]:
    """Every chosen case, with the clean runs spread between them; (outcomes, false alarms)."""
    wanted = [case for case in cases(lab) if not words or any(word in case.fault for word in words)]
    outcomes: list[Outcome] = []
    alarms: list[str] = []
    done = 0
    for number, case in enumerate(wanted, 1):
        outcomes.append(play(lab, case))
        _say(outcomes[-1])
        while done < clean_runs * number // len(wanted):
            done += 1
            alarms += [f"clean run {done}: {one}" for one in clean(lab)]
            print(f"clean run {done}: {len(alarms)} false alarms so far", flush=True)
    return outcomes, alarms


def _say(one: Outcome) -> None:
    print(f"{'ok  ' if not one.wrong else 'BAD '} {one.case} ({one.seconds:.1f} s)", flush=True)
    for cause in one.causes[:8] if one.wrong else one.causes[:1]:
        print(f"       {cause}", flush=True)
    if one.wrong:
        print(f"     ! expected {one.case.layer}/{one.case.owner}: {one.wrong[:600]}", flush=True)


def records(outcomes: list[Outcome], alarms: list[str], runs: int) -> list[Record]:
    """The two figures; seconds of one measurement as the spread."""
    good = sum(not one.wrong for one in outcomes)
    seconds = sorted(one.seconds for one in outcomes)
    median = statistics.median(seconds)
    work = f"{len(outcomes)} seeded faults of IPv6 readiness, real checks, median {median:.1f} s each"
    goal = f"all {len(outcomes)} with the right layer and owner"
    spread = (float(good), float(good))
    quiet = (float(len(alarms)), float(len(alarms)))
    return [
        Record("verify-faults", work, "none, a goal only", None, float(good), "faults", None, goal,
               good == len(outcomes) >= FAULTS, 1, spread),
        Record("verify-clean", f"{runs} clean runs between them", "none, a goal only", None, float(len(alarms)),
               "alarms", None, "0", not alarms, 1, quiet),
    ]  # fmt: skip


def measure(rounds: int) -> list[Record]:
    """The whole campaign once; a missed case is printed with everything that was blamed."""
    with tempfile.TemporaryDirectory(prefix="jiyue-faults-") as folder, small(Path(folder)) as lab:
        outcomes, alarms = campaign(lab)
    for one in alarms:
        print(one)
    return records(outcomes, alarms, CLEAN)


def main() -> None:
    """The chosen cases, without clean runs when some are chosen."""
    words = tuple(sys.argv[1:])
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jiyue-faults-") as folder, small(Path(folder)) as lab:
        print(f"up after {time.monotonic() - started:.1f} s", flush=True)
        outcomes, alarms = campaign(lab, words, 2 if words else CLEAN)
    for alarm in alarms:
        print(f"false alarm: {alarm}")
    print(f"{sum(not one.wrong for one in outcomes)} of {len(outcomes)}, {len(alarms)} false alarms")


if __name__ == "__main__":
    main()
