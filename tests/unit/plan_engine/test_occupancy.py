"""What is taken, against a comparison with every claim; small runs, so that they are cut."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from ipv6.plan import occupancy
from ipv6.plan.occupancy import Occupancy
from ipv6.plan.prefix import Prefix, parse

PARENT = parse("3fff:10::ab00/120")


@st.composite
def places(draw: st.DrawFn) -> Prefix:
    depth = draw(st.integers(0, 8))
    return PARENT.child(PARENT.length + depth, draw(st.integers(0, (1 << depth) - 1)))


@given(st.lists(places(), max_size=40), places(), st.integers(0, 2**40 - 1))
def test_clashes_are_those_of_a_search_through_every_claim(held: list[Prefix], asked: Prefix, chosen: int) -> None:
    taken = Occupancy()
    with patch.object(occupancy, "RUN", 4):
        for number, prefix in enumerate(held):
            taken.add(prefix, f"claim/{number}")
    ancestors = frozenset(f"claim/{number}" for number in range(len(held)) if chosen >> number & 1)
    found = taken.clash(asked, ancestors)
    strange = [one for n, one in enumerate(held) if one.contains(asked) and f"claim/{n}" not in ancestors]
    inside = [one for one in held if asked.contains(one) and one != asked]
    if found is not None:
        key, prefix = found
        assert prefix == held[int(key.removeprefix("claim/"))]
        assert prefix.contains(asked) or asked.contains(prefix)
        assert not prefix.contains(asked) or key not in ancestors
        assert prefix == min(strange, key=lambda one: one.length) if strange else prefix == min(inside)
    else:
        assert not strange
        assert not inside or asked in held
