"""A thousand seeded forgeries, none accepted; the benchmark tries a hundred times as many."""

from __future__ import annotations

import random

import pytest

from tests.unit.review.forge import KINDS, Attempt, Genuine, accepted, attempt, genuine

SEEDS, EACH = 10, 100


@pytest.fixture(scope="module")
def true() -> Genuine:
    """One true set for all."""
    return genuine()


def test_the_genuine_set_is_accepted(true: Genuine) -> None:
    """Otherwise everything would be refused, and the tests below would prove nothing."""
    same = Attempt("", true.approval(), None, true.ring_text, true.log, true.checkpoint_text, true.submission)
    assert accepted(true, same)
    assert accepted(true, Attempt(""))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_forgery_is_refused(true: Genuine, seed: int) -> None:
    """Whatever was changed, somewhere, somehow."""
    draw = random.Random(seed)
    tried = [attempt(true, draw) for _ in range(EACH)]
    assert [one for one in tried if accepted(true, one)] == []


def test_every_kind_is_tried(true: Genuine) -> None:
    """No kind is left out by chance."""
    draw = random.Random(0)
    assert {attempt(true, draw).kind for _ in range(SEEDS * EACH)} == set(KINDS)
