"""Ten of the thousand seeded lockouts of `tests.bench.apply_lockouts`, and what the peer's judge can tell apart."""

from __future__ import annotations

from functools import partial

import pytest

from tests.bench.apply_lockouts import CASES, campaign, records
from tests.bench.lockouts.cases import ACCIDENTS, HOSTS, Case, cases
from tests.bench.lockouts.play import Outcome, play

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
