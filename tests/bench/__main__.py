"""`make bench`: measure, print, and keep the records in docs/performance.json."""

from __future__ import annotations

import argparse
import pkgutil
from importlib import import_module

import tests.bench
from tests.bench import cold, path, suite
from tests.bench.record import save


def groups() -> dict[str, list[str]]:
    """Benchmark modules by group: `plan_overlap` measures a figure of group `plan`."""
    found: dict[str, list[str]] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(tests.bench.__path__)):
        group, _, rest = module.partition("_")
        if group and rest:
            found.setdefault(group, []).append(module)
    return found


def main() -> None:
    """Run the chosen benchmarks; more rounds give a better spread."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cold", action="store_true", help="start from an empty home, engines from source (long)")
    parser.add_argument("--tests", action="store_true", help="measure `make test` in a bare clone instead of the demo")
    known = groups()
    parser.add_argument("--group", choices=sorted(known), help="measure one group side by side with its peers")
    chosen = parser.parse_args()
    if chosen.tests:
        records = suite.measure(suite.COLD if chosen.cold else suite.WARM)
    elif chosen.cold:
        records = cold.measure()
    elif chosen.group:
        measures = [import_module(f"tests.bench.{name}").measure for name in known[chosen.group]]
        records = [record for measure in measures for record in measure(chosen.rounds)]
    else:
        records = path.measure(chosen.rounds)
    save(records)
    for record in records:
        print(
            f"{record.id}: {record.our_value} {record.unit} (goal {record.goal}, {'met' if record.met else 'missed'})"
        )


if __name__ == "__main__":
    main()
