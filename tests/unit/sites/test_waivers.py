"""Waived findings stay visible and do not block; who may waive what is the rule's, when it ended the workflow's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from inventory.errors import Problems
from inventory.waivers import Waiver, Waivers
from jiyue.sites.assess import assess
from jiyue.workflow.services import Services, open_services
from jiyue.workflow.sites import check_waivers
from jiyue.workspace import Workspace
from tests.unit.sites.made import TARGET, Made

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SILENT = {"tls/": "gone"}
WEAK_CLOCK = {"baseline/clock": {"daemon": "", "disciplined": False, "now": 0.0}}


def waiver(finding: str, site: str = "", host: str = "", expires: date = date(2026, 4, 1)) -> Waiver:
    return Waiver(
        finding=finding, site=site, host=host, reason="在建", by="张三", granted=date(2026, 2, 1), expires=expires
    )


@pytest.mark.parametrize(
    ("held", "passed"),
    [
        (waiver("tls-chain", site=TARGET.name), True),
        (waiver("tls-chain", site=TARGET.name, expires=date(2026, 3, 1)), True),
        (waiver("tls-chain", site=TARGET.name, expires=date(2026, 2, 28)), False),
        (waiver("tls-chain", site="www.b.gov.cn"), False),
        (waiver("tls-chain", host=TARGET.host), False),
        (waiver("tls-old", site=TARGET.name), False),
    ],
)
def test_a_waiver_covers_its_finding_on_its_site_until_its_day(held: Waiver, passed: bool) -> None:
    (found,) = assess([TARGET], Made(SILENT), waivers=Waivers(waivers=(held,)), clock=lambda: NOW)
    assert found.passed is passed
    (one,) = found.findings
    assert one.id == "tls-chain" and one.severity == "unknown"
    assert (one.waived, one.until) == (("在建 (张三)", held.expires.isoformat()) if passed else ("", ""))


def test_a_waiver_of_a_host_covers_the_host_for_all_its_sites() -> None:
    held = Waivers(waivers=(waiver("clock", host=TARGET.host),))
    (found,) = assess([TARGET], Made(WEAK_CLOCK), waivers=held, clock=lambda: NOW)
    assert [(one.id, one.until) for one in found.findings] == [("clock", "2026-04-01")]


@pytest.fixture
def given(tmp_path: Path) -> Callable[[str], Services]:
    """The real province with these waivers."""

    def make(waivers: str) -> Services:
        root = tmp_path / "inventory" / "hunan"
        shutil.copytree(ROOT / "inventory" / "hunan", root)
        (root / "assessment.yaml").write_text(f"waivers:\n{waivers}scripts: []\n", encoding="utf-8")
        (tmp_path / "Pulumi.yaml").write_text("name: x\n", encoding="utf-8")
        return open_services(Workspace(tmp_path, "lab"))

    return make


def test_an_expired_waiver_and_an_unknown_finding_are_told_with_their_lines(
    given: Callable[[str], Services], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = "site: www.changsha.gov.cn, reason: 在建, by: 张三, granted: 2026-02-01"
    services = given(f"  - {{finding: clocks, {words}, expires: 2026-04-01}}\n"
                        f"  - {{finding: clock, {words}, expires: 2026-02-28}}\n")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problems) as caught:
        check_waivers(services, NOW.date())
    assert [str(line) for line in caught.value.lines] == [
        "inventory/hunan/assessment.yaml:2: there is no finding clocks; see `jiyue site findings`",
        "inventory/hunan/assessment.yaml:3: the waiver of clock expired on 2026-02-28; "
        "mend what it was for, or have it granted anew",
    ]
