"""A move as people read it: every phase has its name in both languages, on the screen and in the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.source import load
from jiyue.i18n import set_language
from jiyue.moving.model import PHASES, Progress
from jiyue.report.moving import moves
from jiyue.workflow.moving import line


@pytest.fixture(autouse=True)
def _chinese_afterwards() -> Iterator[None]:
    yield
    set_language("zh")


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_is_told_in_the_language_in_force(phase: str) -> None:
    set_language("zh")
    told = line("tyj.a.gov.cn", phase, "served by edge-a")
    set_language("en")
    assert told.isascii() is False and phase not in told and told.startswith("tyj.a.gov.cn ")
    assert line("tyj.a.gov.cn", phase, "served by edge-a") == f"tyj.a.gov.cn {phase}: served by edge-a"


def test_the_report_says_which_phase_a_site_is_behind() -> None:
    inv = load(Path(__file__).parents[3] / "inventory" / "hunan", "lab")
    site = next(site.name for one in inv.platforms for host in one.old_hosts for site in host.sites)
    progress = Progress().after("2026-03-01T00:00:00Z", "verify", "12 addresses answer as before")
    row = next(row for row in moves(inv, {site: progress.data()}) if row.name == site)
    assert (row.state.zh, row.state.en) == ("迁移中：核对", "moving: verify")
