"""Unified diffs of long texts: lines that occur once on both sides are fixed points, only what is between is searched.

Patience diff: a plain search takes time in the square of a text in which every block looks alike, as 300 sites do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from functools import lru_cache

CONTEXT = 3
"""Lines shown around each change."""

DEPTH = 40
"""Times the fixed points are looked for again between fixed points; a text made to need more is searched plainly."""

SIGNS = {"equal": " ", "delete": "-", "insert": "+"}
KINDS = {" ": "same", "-": "del", "+": "add"}

Pair = tuple[int, int]
"""An old and a new line that are equal, by number from 0."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a unified diff; `kind` is add, del, hunk or same."""

    kind: str
    text: str


@lru_cache(maxsize=1024)  # a page shows the counts, then the lines; HTML shows what Markdown did
def unified(base: str, intended: str) -> tuple[DiffLine, ...]:
    """The unified diff of two texts without its two lines of file names; empty when they are equal."""
    old, new = _lines(base), _lines(intended)
    found: list[DiffLine] = []
    for group in Anchored(None, old, new).get_grouped_opcodes(CONTEXT):
        spans = _span(group[0][1], group[-1][2]), _span(group[0][3], group[-1][4])
        found.append(DiffLine("hunk", f"@@ -{spans[0]} +{spans[1]} @@"))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag != "insert":
                found += _signed("-" if tag == "replace" else SIGNS[tag], old[old_from:old_to])
            if tag in ("insert", "replace"):
                found += _signed("+", new[new_from:new_to])
    return tuple(found)


class Anchored(SequenceMatcher[str]):
    """difflib with another search for what is equal; its grouping and context stay."""

    a: Sequence[str]
    b: Sequence[str]

    def get_matching_blocks(self) -> list[Match]:
        """Runs of equal lines as (old line, new line, how many), in order; the last one is empty."""
        runs: list[Match] = []
        for old, new in _pairs(self.a, self.b, (0, len(self.a)), (0, len(self.b)), DEPTH):
            if runs and (runs[-1].a + runs[-1].size, runs[-1].b + runs[-1].size) == (old, new):
                runs[-1] = runs[-1]._replace(size=runs[-1].size + 1)
            else:
                runs.append(Match(old, new, 1))
        return [*runs, Match(len(self.a), len(self.b), 0)]


def _pairs(old: Sequence[str], new: Sequence[str], left: Pair, right: Pair, depth: int) -> Iterator[Pair]:
    """Equal lines of old[left] and new[right] in the order of both."""
    (start, end), (begin, stop) = left, right
    while start < end and begin < stop and old[start] == new[begin]:
        yield start, begin
        start, begin = start + 1, begin + 1
    tail = 0
    while start < end - tail and begin < stop - tail and old[end - tail - 1] == new[stop - tail - 1]:
        tail += 1
    if start < end - tail and begin < stop - tail:
        left, right = (start, end - tail), (begin, stop - tail)
        fixed = _fixed(old[slice(*left)], new[slice(*right)]) if depth else []
        if fixed:
            yield from _between(old, new, left, right, fixed, depth - 1)
        else:
            for run in SequenceMatcher(None, old[slice(*left)], new[slice(*right)]).get_matching_blocks():
                yield from ((start + run.a + step, begin + run.b + step) for step in range(run.size))
    yield from ((end - step, stop - step) for step in range(tail, 0, -1))


def _between(
    old: Sequence[str], new: Sequence[str], left: Pair, right: Pair, fixed: list[Pair], depth: int
) -> Iterator[Pair]:
    """The fixed points (counted from the start of both ranges) and what is equal before, between and after them."""
    start, begin = left[0], right[0]
    for one, other in fixed:
        at, there = left[0] + one, right[0] + other
        yield from _pairs(old, new, (start, at), (begin, there), depth)
        yield at, there
        start, begin = at + 1, there + 1
    yield from _pairs(old, new, (start, left[1]), (begin, right[1]), depth)


def _fixed(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Lines that occur once on each side, as many as keep their order: the longest increasing run of positions."""
    counts = Counter(old)
    places = {line: at for at, line in enumerate(new)}
    others = Counter(new)
    common = [(at, places[line]) for at, line in enumerate(old) if counts[line] == 1 and others[line] == 1]
    tops: list[int] = []
    piles: list[list[tuple[Pair, int]]] = []
    for pair in common:
        pile = bisect_left(tops, pair[1])
        before = len(piles[pile - 1]) - 1 if pile else -1
        if pile == len(tops):
            tops.append(pair[1])
            piles.append([])
        tops[pile] = pair[1]
        piles[pile].append((pair, before))
    found: list[Pair] = []
    at = len(piles[-1]) - 1 if piles else -1
    for one in reversed(piles):
        pair, at = one[at]
        found.append(pair)
    return found[::-1]


def _signed(sign: str, lines: Sequence[str]) -> Iterator[DiffLine]:
    return (DiffLine(KINDS[sign], sign + line) for line in lines)


def _span(start: int, stop: int) -> str:
    """A range of lines as the unified format writes it: from 1, the length left out when it is 1."""
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _lines(text: str) -> list[str]:
    # Split at line feeds only: other line ends are part of the text and are shown.
    return text.removesuffix("\n").split("\n") if text else []
