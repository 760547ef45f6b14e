"""Seeded mistakes with an effect are found, harmless rewritings are not reported; the oracle is brute force."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from ipv6.precheck.judge import Precheck
from tests.unit.precheck.harmless import harmless
from tests.unit.precheck.mistakes import effect, mistake
from tests.unit.precheck.oracle import Oracle
from tests.unit.precheck.world import Site, World, world

WORLDS = (
    (Site(1, "frr"), Site(2, "huawei_vrp", lists=True)),
    (Site(1, "huawei_vrp"), Site(2, "h3c_comware", lists=True)),
    (Site(1, "h3c_comware", lists=True), Site(2, "frr")),
)


@pytest.fixture(scope="module", params=WORLDS, ids=["frr", "vrp", "comware"])
def scene(request: pytest.FixtureRequest) -> tuple[World, Precheck, Oracle]:
    made = world(request.param)
    return made, Precheck(), Oracle(made.after)


def test_the_change_itself_passes(scene: tuple[World, Precheck, Oracle]) -> None:
    made, checker, _ = scene
    found = checker.judge(made.before, made.after, made.spec)
    assert (found.state, found.reasons, found.unknowns, found.notes) == ("pass", (), (), ())
    assert found.checked > 100


def test_mistakes_with_an_effect_are_found(scene: tuple[World, Precheck, Oracle]) -> None:
    made, checker, good = scene
    rng = random.Random(20260114)
    kinds: Counter[str] = Counter()
    for _ in range(100):
        change = mistake(rng, made)
        after = change.apply(made.after)
        shot = effect(good, Oracle(after, good), made, change, most=1500)
        if shot is not None:
            kinds[change.kind] += 1
            found = checker.judge(made.before, after, made.spec)
            assert found.state == "fail", (change, shot)
            assert all(one.pair and one.cause for one in found.reasons)
    assert sum(kinds.values()) > 50 and len(kinds) >= 7, kinds


def test_harmless_rewritings_are_not_reported(scene: tuple[World, Precheck, Oracle]) -> None:
    made, checker, _ = scene
    rng = random.Random(4096)
    kinds = set()
    for _ in range(100):
        kind, after = harmless(rng, made)
        assert after != made.after
        found = checker.judge(made.before, after, made.spec)
        assert (found.state, found.reasons) == ("pass", ()), kind
        kinds.add(kind)
    assert len(kinds) > 10
