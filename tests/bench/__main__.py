"""`make bench`: measure, print, and keep the records in docs/performance.json."""

from __future__ import annotations

import argparse
import pkgutil
import traceback
from importlib import import_module

import tests.bench
from tests.bench import cold, path, suite
from tests.bench.record import Record, save


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
    parser.add_argument("--only", action="append", metavar="NAME", help="this benchmark of the group; repeatable")
    chosen = parser.parse_args()
    if chosen.tests:
        keep(suite.measure(suite.COLD if chosen.cold else suite.WARM))
    elif chosen.cold:
        keep(cold.measure())
    elif chosen.group:
        names = [name for name in known[chosen.group] if not chosen.only or name.partition("_")[2] in chosen.only]
        raise SystemExit(group(names, chosen.rounds))
    else:
        keep(path.measure(chosen.rounds))


def group(names: list[str], rounds: int) -> int:
    """Each benchmark in turn, its records kept at once: one that fails takes no other's figures along."""
    failed = 0 if names else 1
    for name in names:
        try:
            keep(import_module(f"tests.bench.{name}").measure(rounds))
        except (Exception, SystemExit):
            traceback.print_exc()
            print(f"{name}: failed, its records are as they were", flush=True)
            failed = 1
    return failed


def keep(records: list[Record]) -> None:
    """Write the records into the file and say them."""
    save(records)
    for record in records:
        verdict = "met" if record.met else "missed"
        print(f"{record.id}: {record.our_value} {record.unit} (goal {record.goal}, {verdict})", flush=True)


if __name__ == "__main__":
    main()
