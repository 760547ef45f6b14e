"""Diffs that can be applied: whatever was there before, the shown lines turn one text into the other."""

from __future__ import annotations

import re
from difflib import unified_diff
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipv6.change.diff import Anchored, unified

LINES = st.lists(
    st.sampled_from(["server {", "}", "", "a", "b", "listen 80;", *(f"name {n};" for n in range(8))]), max_size=30
)


def text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def patched(old: list[str], base: str, intended: str) -> list[str]:
    """The old lines after the hunks, each applied where it says."""
    found: list[str] = []
    at = 0
    for line in unified(base, intended):
        if line.kind == "hunk":
            match = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line.text)
            assert match
            start = int(match[1]) - (match[2] != "0")
            found += old[at:start]
            at = start
            assert len(found) == int(match[3]) - (match[4] != "0")
        else:
            if line.kind != "add":
                assert old[at] == line.text[1:]
                at += 1
            if line.kind != "del":
                found.append(line.text[1:])
    return found + old[at:]


@given(LINES, LINES)
def test_the_hunks_turn_one_text_into_the_other(old: list[str], new: list[str]) -> None:
    assert patched(old, text(old), text(new)) == new


@given(LINES)
def test_equal_texts_have_no_diff(lines: list[str]) -> None:
    assert unified(text(lines), text(lines)) == ()


@given(LINES, LINES)
def test_runs_are_maximal_and_ordered(old: list[str], new: list[str]) -> None:
    runs = Anchored(None, old, new).get_matching_blocks()
    assert runs[-1] == (len(old), len(new), 0)
    for one, two in pairwise(runs):
        assert old[one.a : one.a + one.size] == new[one.b : one.b + one.size]
        assert one.a + one.size <= two.a and one.b + one.size <= two.b
        assert (one.a + one.size, one.b + one.size) != (two.a, two.b) or two.size == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a", "b", "c"], ["a", "b", "c", "d"]),
        (["a"], []),
        ([], ["a", "b"]),
        ([f"line {n}" for n in range(20)], [f"line {n}" for n in range(20) if n not in (3, 15)]),
    ],
)
def test_simple_changes_look_as_everywhere(old: list[str], new: list[str]) -> None:
    known = list(unified_diff(old, new, lineterm=""))[2:]
    assert [line.text for line in unified(text(old), text(new))] == known


def test_sites_added_between_like_blocks_take_nothing_away() -> None:
    def block(number: int) -> list[str]:
        return ["server {", f"  server_name s{number}.example.cn;", "  listen 80;", "}"]

    old = [line for number in range(0, 600, 2) for line in block(number)]
    new = [line for number in range(600) for line in block(number)]
    kinds = [line.kind for line in unified(text(old), text(new))]
    assert kinds.count("del") == 0 and kinds.count("add") == 4 * 300
