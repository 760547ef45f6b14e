"""Reading and nesting of many prefixes, against `ipaddress` and a comparison of every pair."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.errors import InputError, Problems
from ipv6.plan.overlap import nesting, overlaps, pack, parse_many, unpack, widest
from ipv6.plan.prefix import Prefix, parse

GROUPS = st.lists(st.sampled_from([0, 0, 0, 1, 0x10, 0xAB00, 0x3FFF, 0xFFFF]), min_size=8, max_size=8)


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    length = draw(st.one_of(st.integers(0, 128), st.sampled_from([32, 40, 48, 52, 56, 64, 127, 128])))
    first = 0
    for group in draw(GROUPS):
        first = first << 16 | group
    return Prefix(first >> (128 - length) << (128 - length), length)


@st.composite
def spelt(draw: st.DrawFn) -> str:
    """A prefix in any of the spellings that people write."""
    prefix = draw(prefixes())
    address = IPv6Address(prefix.first)
    text = draw(st.sampled_from([str(address), address.exploded, str(address).upper()]))
    groups = ":".join(f"{prefix.first >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
    return f"{draw(st.sampled_from([text, groups]))}/{prefix.length}"


@given(st.lists(spelt(), max_size=20))
@example(["::/0", "::1/128", "1::/16", "1::2/128", "1:2:3:4:5:6:7::/112", "::ffff:1.2.3.4/128", "1:2::/32", "0::/8"])
def test_reading_agrees_with_ipaddress(texts: list[str]) -> None:
    found = [unpack(one) for one in parse_many(texts)]
    expected = [IPv6Network(text) for text in texts]
    assert found == [Prefix(int(one.network_address), one.prefixlen) for one in expected]


@given(st.lists(st.text(alphabet="0123abfF:/.% _+-x٣²", max_size=20) | spelt(), max_size=8))
def test_whatever_is_written_the_answer_is_that_of_parse(texts: list[str]) -> None:
    expected: list[int | str] = []
    for at, text in enumerate(texts):
        try:
            expected.append(pack(parse(text, f"prefix {at + 1}")))
        except InputError as error:
            expected.append(str(error))
    wrong = [one for one in expected if isinstance(one, str)]
    if wrong:
        with pytest.raises(Problems) as refused:
            parse_many(texts)
        assert [str(one) for one in refused.value.lines] == wrong
    else:
        assert parse_many(texts) == expected


@pytest.mark.parametrize(
    "text",
    ["3fff:10::1/64", "3fff:10:121:ab00::/48", "3fff:10:121:ab01::/56", "3fff::10::/48", "3fff:10::/129", "3fff:10:/32",
     "3fff:10::/-1", "3fff:10::/ 32", "3fff:1 0::/32", "+3ff::/16", "0x1::/16", "12345::/16", "3fff:10", ":3fff::/16",
     ":::/0", "1:2:3:4:5:6:7:8::/128", "1:2:3:4:5:6:7::8/128",
     "1::2::/64", "1:2:3/48", "3fff:10::/3٣", "3fff:10::%eth0/32", "10.0.0.0/8", "", "/", "::"],
)  # fmt: skip
def test_bad_text_is_refused_wherever_it_stands(text: str) -> None:
    good = ["3fff:10::/32", "3fff:10:121:ab00::/56", "3fff:10:121:ab00::2/127"]
    if text == "::":  # `ipaddress` reads a bare address as a host, and so do we
        assert unpack(parse_many([text])[0]) == Prefix(0, 128)
        return
    with pytest.raises(Problems) as refused:
        parse_many([*good, text, *good], [f"line {n}" for n in range(7)])
    assert [one.place for one in refused.value.lines] == ["line 3"]


@given(st.lists(prefixes(), max_size=25), st.randoms(use_true_random=False))
def test_nesting_agrees_with_every_pair(found: list[Prefix], chance: Random) -> None:
    ordered, outer = nesting(pack(one) for one in found)
    assert ordered == sorted(pack(one) for one in found)
    for one, container in zip(ordered, outer, strict=True):
        around = [other for other in set(found) if other != unpack(one) and other.contains(unpack(one))]
        assert container == (pack(max(around, key=lambda other: other.length)) if around else -1)
    chance.shuffle(found)
    assert nesting(pack(one) for one in found) == (ordered, outer)


@given(st.lists(prefixes(), max_size=25))
def test_overlaps_names_exactly_the_positions_that_lie_in_another_one(found: list[Prefix]) -> None:
    pairs = overlaps([pack(one) for one in found])
    assert pairs == sorted(set(pairs))
    for inside, outside in pairs:
        assert inside != outside and found[outside].contains(found[inside])
    lying = {
        at
        for at, one in enumerate(found)
        for n, other in enumerate(found)
        if other.contains(one) and (other != one or n < at)
    }
    assert {inside for inside, _ in pairs} >= lying - {at for at, one in enumerate(found) if one in found[:at]}
    assert {inside for inside, _ in pairs} == lying


@given(st.lists(prefixes(), max_size=25))
def test_the_widest_cover_the_rest(found: list[Prefix]) -> None:
    top = [unpack(one) for one in widest(pack(one) for one in found)]
    assert top == sorted(one for one in set(found) if not any(o.contains(one) for o in set(found) if o != one))
