"""The pool against an oracle that walks every address of a small parent."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import GateError, InputError
from ipv6.plan.pool import Order, Pool, Usage
from ipv6.plan.prefix import Prefix, parse
from ipv6.plan.sparse import leftmost_order

PARENT = parse("3fff:10::ab00/120")
BITS = 128 - PARENT.length
SIZE = 1 << BITS
DEPTHS = st.integers(0, BITS)


@st.composite
def places(draw: st.DrawFn) -> Prefix:
    depth = draw(DEPTHS)
    return PARENT.child(PARENT.length + depth, draw(st.integers(0, (1 << depth) - 1)))


class Oracle:
    """Every address of the parent as one entry of a list: what holds it, or nothing."""

    def __init__(self, order: Order, reserve: Prefix | None = None) -> None:
        self.order, self.reserve, self.cells = order, reserve, [""] * SIZE

    def cover(self, prefix: Prefix) -> slice:
        first = prefix.first - PARENT.first
        return slice(first, first + (1 << (128 - prefix.length)))

    def free(self, prefix: Prefix, with_reserve: bool = False) -> bool:
        if self.reserve and not with_reserve and (self.reserve.contains(prefix) or prefix.contains(self.reserve)):
            return False
        return not any(self.cells[self.cover(prefix)])

    def blocks(self) -> list[Prefix]:
        """The largest aligned blocks that hold nothing."""
        found: list[Prefix] = []
        for depth in range(BITS + 1):
            for index in range(1 << depth):
                block = PARENT.child(PARENT.length + depth, index)
                if self.free(block) and not any(other.contains(block) for other in found):
                    found.append(block)
        return found

    def best(self, length: int) -> Prefix | None:
        fitting = [block for block in self.blocks() if block.length <= length]
        if not fitting:
            return None
        if self.order is Order.LOWEST:
            return Prefix(min(block.first for block in fitting), length)
        return Prefix(min(fitting, key=rank).first, length)


def rank(block: Prefix) -> tuple[int, str]:
    depth = block.length - PARENT.length
    index = (block.first - PARENT.first) >> (128 - block.length)
    return block.length, f"{index:0{depth}b}"[::-1] if depth else ""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(PARENT.length, 128), st.integers(0, 3)),
        st.tuples(st.just("occupy"), places(), st.just(0)),
        st.tuples(st.just("release"), st.integers(0, 99), st.just(0)),
        st.tuples(st.just("reclaim"), st.integers(0, 99), st.just(0)),
        st.tuples(st.just("grow"), st.integers(0, 99), st.integers(1, 3)),
        st.tuples(st.just("open"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@given(st.sampled_from(Order), st.sampled_from([None, 121, 124, 128]), STEPS)
def test_any_sequence_of_steps_agrees_with_the_oracle(
    order: Order, reserve: int | None, steps: list[tuple[str, int | Prefix, int]]
) -> None:
    pool = Pool(PARENT, order, reserve=reserve, grain=1)
    block = PARENT.child(reserve, (1 << (reserve - PARENT.length)) - 1) if reserve else None
    oracle = Oracle(order, block)
    held: dict[Prefix, Prefix] = {}
    quarantine: list[Prefix] = []
    for word, what, bits in steps:
        if word == "take":
            assert isinstance(what, int)
            if what - bits < PARENT.length:
                with pytest.raises(InputError):
                    pool.take(what, bits)
                continue
            expected = oracle.best(what - bits)
            if expected is None:
                with pytest.raises(GateError, match=f"no place for a /{what}"):
                    pool.take(what, bits)
                continue
            given_out = pool.take(what, bits)
            assert given_out == Prefix(expected.first, what)
            held[given_out] = expected
            oracle.cells[oracle.cover(expected)] = [str(given_out)] * (1 << (128 - expected.length))
        elif word == "occupy":
            assert isinstance(what, Prefix)
            if not oracle.free(what, with_reserve=True):
                with pytest.raises(GateError, match="overlaps"):
                    pool.occupy(what)
                continue
            pool.occupy(what)
            held[what] = what
            oracle.cells[oracle.cover(what)] = [str(what)] * (1 << (128 - what.length))
        elif word == "open":
            covered = block is not None and any(one.contains(block) and one != block for one in held.values())
            if oracle.reserve is None or covered:
                with pytest.raises(GateError):
                    pool.open_reserve()
                continue
            pool.open_reserve()
            oracle.reserve = None
        elif held:
            assert isinstance(what, int)
            one = sorted(held)[what % len(held)]
            if word == "release":
                pool.release(one)
                quarantine = [*(other for other in quarantine if other != one), one]
            elif word == "reclaim":
                if one not in quarantine:
                    with pytest.raises(GateError, match="not in quarantine"):
                        pool.reclaim(one)
                    continue
                pool.reclaim(one)
                quarantine.remove(one)
                whole = held.pop(one)
                oracle.cells[oracle.cover(whole)] = [""] * (1 << (128 - whole.length))
            elif one in quarantine or one.length - bits < held[one].length:
                with pytest.raises(GateError, match="cannot grow"):
                    pool.grow(one, one.length - bits)
            else:
                larger = pool.grow(one, one.length - bits)
                assert larger.first == one.first and larger.length == one.length - bits
                held[larger] = held.pop(one)
    used = pool.usage()
    kept = 0
    if oracle.reserve is not None and block is not None:
        kept = sum(not cell for cell in oracle.cells[oracle.cover(block)])
    assert used.free + used.reserved == sum(not cell for cell in oracle.cells)
    assert used.reserved == kept
    assert (used.taken, used.quarantined) == (len(held) - len(quarantine), len(quarantine))
    left = oracle.blocks()
    assert used.largest == (min(one.length for one in left) if left else None)
    for length in range(PARENT.length, 129):
        assert pool.count(length) == sum(1 << (length - one.length) for one in left if one.length <= length)


@given(
    st.sampled_from(Order), st.lists(places(), max_size=12), st.randoms(use_true_random=False), st.integers(120, 128)
)
def test_what_comes_next_does_not_depend_on_the_order_of_noting(
    order: Order, wanted: list[Prefix], chance: Random, length: int
) -> None:
    held: list[Prefix] = []
    for one in wanted:
        if not any(one.contains(other) or other.contains(one) for other in held):
            held.append(one)
    shuffled = list(held)
    chance.shuffle(shuffled)
    first, second = Pool(PARENT, order, held, grain=1), Pool(PARENT, order, shuffled, grain=1)
    assert first.usage() == second.usage()
    while first.count(length):
        assert first.take(length) == second.take(length)
    with pytest.raises(GateError):
        second.take(length)


def test_subnets_of_one_size_come_in_the_order_of_rfc_3531() -> None:
    pool = Pool(parse("3fff:10:121::/48"))
    taken = [pool.take(56) for _ in range(256)]
    assert [(one.first >> 72) & 0xFF for one in taken] == [0, *leftmost_order(8)]


def test_lowest_first_counts_up() -> None:
    pool = Pool(parse("3fff:10:121::/48"), Order.LOWEST, [parse("3fff:10:121:100::/56")])
    assert [str(pool.take(56)) for _ in range(3)] == [
        "3fff:10:121::/56",
        "3fff:10:121:200::/56",
        "3fff:10:121:300::/56",
    ]


def test_an_exhausted_pool_says_what_it_holds() -> None:
    pool = Pool(parse("3fff:10:121::/48"), reserve=52)
    taken = [pool.take(52) for _ in range(15)]
    pool.release(taken[3])
    with pytest.raises(GateError) as refused:
        pool.take(56)
    assert refused.value.place == "pool 3fff:10:121::/48"
    assert refused.value.cause == (
        "no place for a /56: 14 prefixes taken, 1 in quarantine, 0 % of the addresses free, largest free block none, "
        "/52 kept in reserve"
    )
    pool.reclaim(taken[3])
    assert taken[3].contains(pool.take(56))
    pool.open_reserve()
    assert str(pool.take(52)) == "3fff:10:121:f000::/52"


def test_room_is_kept_and_used() -> None:
    pool = Pool(parse("3fff:10:121::/48"), Order.LOWEST)
    first, second = pool.take(56, room=4), pool.take(56, room=4)
    assert (str(first), str(second)) == ("3fff:10:121::/56", "3fff:10:121:1000::/56")
    assert str(pool.grow(first, 52)) == "3fff:10:121::/52"
    with pytest.raises(GateError, match="room kept for it ends at /52"):
        pool.grow(second, 48)


@pytest.mark.parametrize(("length", "room"), [(58, 0), (56, 2), (44, 0), (132, 0), (56, 12), (56, -4)])
def test_lengths_off_the_nibble_or_the_parent_are_refused(length: int, room: int) -> None:
    with pytest.raises(InputError, match="multiple of 4 between 48 and 128"):
        Pool(parse("3fff:10:121::/48")).take(length, room)


def test_strangers_are_refused() -> None:
    pool = Pool(parse("3fff:10:121::/48"))
    with pytest.raises(InputError, match="lies outside"):
        pool.occupy(parse("3fff:10:122::/56"))
    with pytest.raises(GateError, match="was not taken from it"):
        pool.release(parse("3fff:10:121::/56"))
    with pytest.raises(GateError, match="no reserve"):
        pool.open_reserve()
    with pytest.raises(InputError, match="does not fit"):
        Pool(parse("3fff:10:121::/48"), reserve=48)


def test_usage_in_numbers() -> None:
    pool = Pool(parse("3fff:10:121::/48"), reserve=52)
    pool.take(64)
    whole = 1 << 80
    assert pool.usage() == Usage(whole, whole * 15 // 16 - (1 << 64), whole // 16, 1, 0, 50)
