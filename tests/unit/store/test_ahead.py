"""Records made ahead of the lock: written as they are when nobody wrote meanwhile, made again when somebody did."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import GateError
from ipv6.change.model import Claim
from jiyue.store import Store, open_store
from jiyue.store.occupied import Occupied


class Planner:
    """Takes the next /48 and remembers what it was shown."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.shown: list[int] = []

    def __call__(self, held: Sequence[Claim]) -> list[Claim]:
        self.shown.append(len(held))
        return [Claim(self.key, f"3fff:{len(held):x}::/48", "")]


def test_a_planner_is_asked_once_while_nobody_else_writes(store: Store) -> None:
    """One look at the ledger is enough."""
    planners = [Planner("a"), Planner("b"), Planner("c")]
    for planner in planners:
        store.allocate(planner)
    assert [planner.shown for planner in planners] == [[0], [1], [2]]
    assert store.verify_chain() == 3


def test_a_planner_is_asked_again_when_somebody_wrote(store: Store, place: str) -> None:
    """What it chose on the old ledger is dropped, one claim or several; the check of overlaps forgets it too."""
    store.allocate(Planner("a"))
    other = open_store(place)
    other.allocate(Planner("b"))
    late = Planner("c")
    assert store.allocate(late) == (Claim("c", "3fff:2::/48", ""),)
    assert late.shown == [1, 2]
    other.allocate(Planner("d"))
    both = [Planner("e"), Planner("f")]
    store.allocate(lambda held: [*both[0](held), Claim("f", f"3ffe:{len(held):x}::/48", "")])
    assert both[0].shown == [3, 4]
    # Free again for everybody: chosen twice on old ledgers, held by nobody now.
    store.allocate(lambda _: [Claim("g", "3ffe:3::/48", "")])
    with pytest.raises(GateError, match="overlaps the prefix of d"):
        store.allocate(lambda _: [Claim("h", "3fff:3::/48", "")])
    assert store.verify_chain() == len(store.claims()) == 7
    other.database.close()


def test_an_error_on_an_old_ledger_is_judged_on_the_new_one(store: Store, place: str) -> None:
    """A planner that finds nothing on the old ledger and something on the new one has not failed."""
    store.allocate(Planner("a"))
    other = open_store(place)
    other.allocate(Planner("b"))

    def choose(held: Sequence[Claim]) -> list[Claim]:
        if len(held) < 2:
            raise GateError("pool", "exhausted", "widen it")
        return [Claim("c", "3fff:c::/48", "")]

    assert store.allocate(choose) == (Claim("c", "3fff:c::/48", ""),)
    other.database.close()


CLAIMS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(44, 64)).map(
        lambda drawn: Claim(f"use/{drawn[0]}", f"3fff:{drawn[0]:x}::/{drawn[1]}", "use/0" if drawn[0] % 3 else "")
    ),
    unique_by=lambda claim: claim.key,
    max_size=20,
)


@given(CLAIMS, CLAIMS)
def test_what_is_dropped_leaves_no_trace(before: list[Claim], tried: list[Claim]) -> None:
    """After adding and dropping, every claim is judged as if nothing had been added."""
    more = [Claim(f"try/{claim.key}", claim.prefix, claim.parent) for claim in tried]
    occupied, same = Occupied(before), Occupied(before)
    added = []
    for claim in more:
        if _free(occupied, claim):
            occupied.add(claim)
            added.append(claim)
    for claim in reversed(added):
        occupied.drop(claim)
    for claim in more:
        assert _free(occupied, claim) == _free(same, claim)


def _free(occupied: Occupied, claim: Claim) -> bool:
    try:
        occupied.check(claim)
    except GateError:
        return False
    return True
