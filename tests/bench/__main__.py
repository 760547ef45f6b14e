"""`make bench`: measure, print, and keep the records in docs/performance.json."""

from __future__ import annotations

import argparse

from tests.bench import cold, path, suite
from tests.bench.record import save


def main() -> None:
    """Run the chosen benchmarks; more rounds give a better spread."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cold", action="store_true", help="measure a bare clone with an empty home instead (long)")
    parser.add_argument("--tests", action="store_true", help="measure `make test` in a bare clone instead")
    chosen = parser.parse_args()
    if chosen.cold:
        records = cold.measure()
    elif chosen.tests:
        records = suite.measure()
    else:
        records = path.measure(chosen.rounds)
    save(records)
    for record in records:
        print(
            f"{record.id}: {record.our_value} {record.unit} (goal {record.goal}, {'met' if record.met else 'missed'})"
        )


if __name__ == "__main__":
    main()
