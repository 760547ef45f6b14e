"""Configurations as trees, and the difference of two with its place: which chain, which server, which router."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipv6.change.diff import Anchored, DiffLine

_CLOSERS = re.compile(r"(exit|exit-address-family|exit-vrf|end|return|quit|[!#].*|)")
BRACES = frozenset({"nftables", "nginx"})
FLAT = frozenset({"linux"})
NAMED = {"server {": "server_name "}
"""Blocks that all begin alike, by the line inside them that tells them apart."""


@dataclass(frozen=True, slots=True)
class Node:
    """One line and what stands inside its block."""

    line: str
    children: tuple[Node, ...] = ()

    @property
    def name(self) -> str:
        """What it is known by among its neighbours."""
        start = NAMED.get(self.line, "")
        said = next((child.line for child in self.children if start and child.line.startswith(start)), "")
        return f"{self.line} # {said}" if said else self.line


def parse(driver: str, text: str) -> tuple[Node, ...]:
    """The tree of a normalised text; comments and closing lines are left out, but what an agent noted is kept."""
    if driver in FLAT:
        return tuple(Node(line.strip()) for line in text.splitlines() if line.strip())
    levels = _braces if driver in BRACES else _indents
    return _nest(list(levels(text)))


def _braces(text: str) -> Iterator[tuple[int, str]]:
    depth = 0
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("}"):
            depth = max(0, depth - 1)
        elif line:
            yield depth, line
            depth += line.endswith("{")


def _indents(text: str) -> Iterator[tuple[int, str]]:
    for raw in text.splitlines():
        line = raw.strip()
        if not _CLOSERS.fullmatch(line) or line.startswith("# it "):
            yield len(raw) - len(raw.lstrip()), line


def _nest(lines: Sequence[tuple[int, str]]) -> tuple[Node, ...]:
    found: list[Node] = []
    at = 0
    while at < len(lines):
        depth, line = lines[at]
        end = at + 1
        while end < len(lines) and lines[end][0] > depth:
            end += 1
        found.append(Node(line, _nest(lines[at + 1 : end])))
        at = end
    return tuple(found)


def difference(driver: str, applied: str, running: str) -> tuple[DiffLine, ...]:
    """What has to be added (`+`) to the applied text and taken from it (`-`) to get what runs, inside its blocks.

    Empty when the trees are equal. A block without a difference is left out.
    """
    return tuple(_compare(parse(driver, applied), parse(driver, running), 0))


def _compare(old: Sequence[Node], new: Sequence[Node], depth: int) -> Iterator[DiffLine]:
    before, after = [node.name for node in old], [node.name for node in new]
    for tag, start, stop, begin, end in Anchored(None, before, after).get_opcodes():
        if tag == "equal":
            for one, other in zip(old[start:stop], new[begin:end], strict=True):
                if one != other:
                    yield _line("same", " ", one.name, depth)
                    yield from _compare(one.children, other.children, depth + 1)
        else:
            yield from _whole("del", "-", old[start:stop], depth)
            yield from _whole("add", "+", new[begin:end], depth)


def _whole(kind: str, sign: str, nodes: Sequence[Node], depth: int) -> Iterator[DiffLine]:
    for node in nodes:
        yield _line(kind, sign, node.line, depth)
        yield from _whole(kind, sign, node.children, depth + 1)


def _line(kind: str, sign: str, text: str, depth: int) -> DiffLine:
    return DiffLine(kind, f"{sign} {'  ' * depth}{text}")


def counts(lines: Sequence[DiffLine]) -> tuple[int, int]:
    """How many lines came and how many went."""
    return sum(line.kind == "add" for line in lines), sum(line.kind == "del" for line in lines)
