"""`make bench`: measure, print, and keep the records in docs/performance.json."""

from __future__ import annotations

import argparse

from tests.bench import path
from tests.bench.record import save


def main() -> None:
    """Run the chosen benchmarks; more rounds give a better spread."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    records = path.measure(chosen.rounds)
    save(records)
    for record in records:
        print(
            f"{record.id}: {record.our_value} {record.unit} (goal {record.goal}, {'met' if record.met else 'missed'})"
        )


if __name__ == "__main__":
    main()
