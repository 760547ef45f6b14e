"""Linux lines: strict reading, a canonical order, and steps that lead from any state to any other and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipv6.drivers.linux.delta import delta
from ipv6.drivers.linux.text import BadLine, entry, normalise, parse

LINES = st.lists(
    st.sampled_from(
        [
            "addr dmz 198.18.1.10/24",
            "addr dmz 3fff::10/64",
            "addr app app 10.2.16.10/24",
            "addr app app 3fff:1::10/64",
            "route 0.0.0.0/0 via 198.18.1.1",
            "route 0.0.0.0/0 via 198.18.1.2",
            "route ::/0 via 3fff::1",
            "route app ::/0 via 3fff:1::1",
            "route 192.0.2.0/24 blackhole",
            "forward ipv4",
            "forward ipv6",
        ]
    )
).filter(lambda lines: not {"route 0.0.0.0/0 via 198.18.1.1", "route 0.0.0.0/0 via 198.18.1.2"} <= set(lines))


@given(LINES, LINES)
def test_steps_lead_there_and_back(old: list[str], new: list[str]) -> None:
    base, intended = normalise("\n".join(old)), normalise("\n".join(new))
    forward, reverse = delta(base, intended)
    assert play(base, forward) == intended
    assert play(intended, reverse) == base


@given(LINES, LINES)
def test_nothing_goes_before_what_comes(old: list[str], new: list[str]) -> None:
    signs = [line[0] for line in delta("\n".join(old), "\n".join(new))[0].splitlines()]
    assert signs == sorted(signs)  # every "+" before the first "-"


def play(text: str, steps: str) -> str:
    """What the kernel does: a route to a destination replaces the one before."""
    entries = set(parse(text))
    for step in steps.splitlines():
        found = entry(step[2:])
        if step[0] == "-":
            entries.remove(found)
            continue
        if found.kind == "route":
            entries = {one for one in entries if (one.kind, one.netns, one.subject) != ("route", *key(found))}
        entries.add(found)
    return normalise("\n".join(one.line for one in entries))


def key(found: object) -> tuple[str, str]:
    return found.netns, found.subject  # type: ignore[attr-defined]


def test_addresses_sort_by_number_and_ipv4_comes_first() -> None:
    text = "addr dmz 3fff::a/64\naddr dmz 198.18.1.10/24\naddr dmz 198.18.1.9/24\naddr dmz 3fff::9/64\n"
    wanted = ["198.18.1.9/24", "198.18.1.10/24", "3fff::9/64", "3fff::a/64"]
    assert [line.split()[-1] for line in normalise(text).splitlines()] == wanted


@pytest.mark.parametrize(
    "line",
    [
        "addr dmz",
        "addr a b c 10.0.0.1/24",
        "addr dmz 10.0.0.256/24",
        "route 10.0.0.1/24 via 10.0.0.9",
        "route 10.0.0.0/24 via dmz",
        "route 10.0.0.0/24 dev dmz",
        "forward ipv5",
        "link set dmz down",
    ],
)
def test_any_other_line_is_refused(line: str) -> None:
    with pytest.raises(BadLine, match=r"\S"):
        entry(line)
