"""Importing a form of 20,000 sites, and the same one with 300 mistakes: all of them told, nothing written."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from inventory.errors import Problems
from jiyue.workflow import register
from jiyue.workflow.services import open_services
from jiyue.workspace import Workspace
from tests.bench.record import Record, median_and_spread
from tests.unit.register.forms import Cell, xlsx

ROOT = Path(__file__).resolve().parents[2]
SITES, MISTAKES, SECONDS = 20_000, 300, 5.0


def rows(mistakes: int) -> tuple[tuple[Cell, ...], ...]:
    """Sites of units of their own; the first `mistakes` have no usable name."""
    return tuple(_row(n, "无" if n < mistakes else f"https://s{n}.changsha.gov.cn/") for n in range(SITES))


def _row(n: int, name: str) -> tuple[Cell, ...]:
    code = f"430100{n:04d}" if n < 10_000 else f"430200{n - 10_000:04d}"
    unit, day = f"第{n}局", "2010年3月15日"
    return n, code, unit, name, unit, "", "张三", "０７３１－１", "430100", "部门", day, "正常"


def measure(rounds: int) -> list[Record]:
    """Each round from an empty register; the mistakes once."""
    walls = []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
        good, bad = xlsx(root / "good.xlsx", rows(0)), xlsx(root / "bad.xlsx", rows(MISTAKES))
        services = open_services(Workspace(root))
        services.inventory  # noqa: B018 - read before the clock starts, as every verb does
        path = register.path_of(services)
        for _ in range(rounds):
            path.unlink(missing_ok=True)
            started = time.perf_counter()
            found = register.bring_in(services, [good])
            walls.append(time.perf_counter() - started)
            if len(found.added) != SITES or len(register.load(services)) != SITES:
                raise SystemExit(f"{len(found.added)} of {SITES} sites came in: the figure would not count")
        path.unlink()
        try:
            register.bring_in(services, [bad])
            told = 0
        except Problems as problems:
            told = len(problems.lines)
        if path.exists():
            raise SystemExit("something was written although the form was wrong")
    median, spread = median_and_spread(walls)
    return [
        Record("sites-import", f"xlsx of {SITES} sites into an empty register", "none, a goal only", None, median, "s",
               None, f"< {SECONDS:g} s", median < SECONDS, rounds, spread),
        Record("sites-import-mistakes", f"{MISTAKES} mistakes in it, told by cell, nothing written",
               "none, a goal only", None, float(told), "mistakes told", None, "all told", told == MISTAKES, 1,
               (float(told), float(told))),
    ]  # fmt: skip
