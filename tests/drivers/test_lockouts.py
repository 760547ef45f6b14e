"""Ten seeded lockouts of each campaign (real daemons, the vendors' stand-ins), and what the judges can tell apart."""

from __future__ import annotations

from functools import partial

import pytest

from tests.bench import apply_standins
from tests.bench.apply_lockouts import CASES, campaign, records
from tests.bench.lockouts.cases import ACCIDENTS, HOSTS, Case, cases
from tests.bench.lockouts.play import Outcome, play
from tests.bench.standins import cases as vendors
from tests.bench.standins.play import Outcome as VendorOutcome
from tests.bench.standins.play import theirs

TEN = [cases(CASES)[number] for number in (0, 3, 4, 7, 8, 11, 13, 14, 28, 43)]


def test_the_cases_follow_from_the_seed_and_hold_every_accident() -> None:
    assert cases(CASES) == cases(CASES) != cases(CASES, seed=9)
    for host in HOSTS:
        held = [case for case in cases(CASES) if case.host == host]
        assert {case.accident for case in held} == set(ACCIDENTS)
        assert len(held) == CASES // 2
    assert {case.accident for case in TEN} == set(ACCIDENTS)


def test_every_one_of_ten_lockouts_is_back_byte_for_byte() -> None:
    found = campaign(TEN, partial(play, grace=30.0), {"frr": 2, "linux": 2})  # how late is measured elsewhere
    assert [str(outcome.case) for outcome in found] == [str(case) for case in TEN]
    assert [(str(one.case), one.reason) for one in found if one.state != "back"] == []
    assert sum(one.locked_out for one in found) >= 4


@pytest.mark.parametrize(
    ("state", "late", "met"), [("back", 4.0, True), ("back", 6.0, False), ("half", 0.0, False), ("new", 0.0, False)]
)
def test_one_bad_outcome_misses_the_goal(state: str, late: float, met: bool) -> None:
    case = Case(0, "frr", "address", "address", 3, 1, 0.5, 0)
    ours = [Outcome(case, "back", 1.0, True), Outcome(case, state, late, True)]
    found = records(ours, [Outcome(case, "new", 0.0, True)])
    assert all(record.met for record in found) == met


STAND_INS = [vendors.cases(apply_standins.CASES)[number] for number in (0, 1, 3, 4, 6, 9, 11, 12, 19, 21)]


def test_ten_of_the_stand_ins_hold_every_accident_of_both_vendors() -> None:
    every = vendors.cases(apply_standins.CASES)
    assert every == vendors.cases(apply_standins.CASES) != vendors.cases(apply_standins.CASES, seed=9)
    for driver in vendors.DRIVERS:
        assert {case.accident for case in every if case.driver == driver} == set(vendors.ACCIDENTS)
    assert {case.accident for case in STAND_INS} == set(vendors.ACCIDENTS)


@pytest.mark.parametrize("driver", vendors.DRIVERS)
@pytest.mark.parametrize("change", ["filter", "route", "address"])
def test_each_wrong_change_shuts_the_way_in_of_a_stand_in(driver: str, change: str) -> None:
    assert vendors.passable(vendors.text(driver, "base")) and vendors.passable(vendors.text(driver, "good"))
    assert not vendors.passable(vendors.text(driver, change))


def test_every_one_of_ten_lockouts_of_the_stand_ins_is_back() -> None:
    found = apply_standins.played(STAND_INS, dict.fromkeys(vendors.DRIVERS, 5), grace=30.0)
    assert [str(one.case) for one in found] == [str(case) for case in STAND_INS]
    assert [(str(one.case), one.reason) for one in found if one.state != "back"] == []
    assert sum(one.locked_out for one in found) >= 4 and sum(one.touched for one in found) >= 5


def test_without_a_timer_a_stand_in_stays_locked() -> None:
    (found,) = apply_standins.played([vendors.cases(1)[0]], {vendors.DRIVERS[0]: 1}, grace=1.0, controller=theirs)
    assert (found.state, found.locked_out) == ("new", True)


@pytest.mark.parametrize(
    ("state", "late", "met"), [("back", 4.0, True), ("back", 6.0, False), ("half", 0.0, False), ("new", 0.0, False)]
)
def test_one_bad_outcome_of_a_stand_in_misses_the_goal(state: str, late: float, met: bool) -> None:
    case = vendors.cases(1)[0]
    ours = [VendorOutcome(case, "back", 1.0, True, True), VendorOutcome(case, state, late, True, True)]
    found = apply_standins.records(ours, [VendorOutcome(case, "new", 0.0, True, True)])
    assert all(record.met for record in found) == met
