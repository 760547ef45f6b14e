"""Ten of the sixty readiness faults of `tests.bench.verify_faults` on the small dual-stack lab, and clean runs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.bench.readiness.cases import TEMPLATES, Case, case, cases
from tests.bench.readiness.play import Outcome, clean, together
from tests.bench.readiness.small import Small, inventory, small
from tests.bench.verify_faults import FAULTS, records

TOGETHER = (
    ((0, "wrong-record@ns1,name={site}."), (1, "half-listener@site-{city},site={site},port=443"),
     (2, "wrong-answer@site-{city},site={site},how=forbidden"), (3, "wrong-page@site-{city},site={site},how=literal"),
     (1, "wrong-record@ns1,zone=1.f.f.0")),
    ((0, "no-default-route@zone-{city},family=6,netns={zonename}"), (0, "wrong-rule@fw-{city},how=untracked"),
     (2, "lame-server@{ns},zone={zone}."), (0, "wrong-answer@site-{city},site={site},how=self-signed"),
     (0, "slow-path@site-{city}")),
)  # fmt: skip
"""Ten faults in two rounds, each with the number of the site that it is about (two of one city, then two of the other):
those of one round do not hide each other."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with small(tmp_path_factory.mktemp("readiness")) as found:
        yield found


def chosen(lab: Small, wanted: tuple[tuple[int, str], ...]) -> list[Case]:
    """The templates that begin like this, each about its site."""
    found = []
    for number, (place, start) in enumerate(wanted):
        template = next(one for one in TEMPLATES if one[0].startswith(start))
        site = lab.inv.sites[place]
        neighbour = next(one for one in lab.inv.sites if one.platform == site.platform and one != site)
        found.append(case(lab, number, template, site, neighbour, Random(number)))
    return found


@pytest.mark.lab
def test_ten_faults_are_found_with_layer_and_owner_and_a_clean_run_reports_nothing(lab: Small) -> None:
    found = [one for wanted in TOGETHER for one in together(lab, chosen(lab, wanted))]
    assert [(str(one.case), one.wrong, one.causes) for one in found if one.wrong] == []
    assert len(found) == 10
    assert clean(lab) == ()


@pytest.mark.lab
def test_the_cases_follow_from_the_seed_and_hold_every_layer(lab: Small) -> None:
    assert cases(lab) == cases(lab) != cases(lab, seed=7)
    assert len(TEMPLATES) >= FAULTS
    assert {case.layer for case in cases(lab)} == {
        "delegation", "record", "route", "filter", "service", "page", "performance"
    }  # fmt: skip
    assert all(case.subjects for case in cases(lab))


def test_the_small_province_is_the_whole_one_but_for_its_size() -> None:
    inv = inventory()
    assert {platform.name for platform in inv.platforms} == {"hunan", "changsha"}
    assert len(inv.sites) == 4 and {"core", "ns1", "ns2", "pe-changsha"} <= set(inv.devices)


@pytest.mark.parametrize(("wrong", "alarms", "met"), [("", [], [True, True]), ("missed", [], [False, True]),
                                                      ("", ["x"], [True, False])])  # fmt: skip
def test_one_missed_fault_or_one_false_alarm_misses_the_goal(wrong: str, alarms: list[str], met: list[bool]) -> None:
    made = Case(0, "wrong-page@site-changsha", "page", "site", frozenset({"x"}))
    outcomes = [Outcome(made, (), "", 1.0)] * (FAULTS - 1) + [Outcome(made, (), wrong, 1.0)]
    assert [one.met for one in records(outcomes, alarms, 20)] == met
