"""Indented configurations with `undo`, as VRP and Comware print them: a tree of owned lines in one fixed order.

A dialect says which lines are ours. Everything else on the device (slots, licences, local users, line speeds, the
management port) is left out of the canonical text and therefore never touched. Lines with a secret are left out too:
keys are entered on the device and never pass through a change set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from inventory.errors import InputError

MAX_TEXT = 4_000_000
"""Characters of a configuration that we are willing to read (a core router prints well under a million)."""

_NUMBER = re.compile(r"(\d+)")


@dataclass(slots=True)
class Node:
    """One line and the lines of the view that it opens."""

    line: str
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class View:
    """The owned lines of one view, in canonical order: (pattern, name of the view it opens, or "" for a plain line)."""

    lines: tuple[tuple[str, str], ...]

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """The same, compiled."""
        return tuple((re.compile(f"{pattern}(?: |$)"), opens) for pattern, opens in self.lines)

    def find(self, line: str) -> tuple[int, str] | None:
        """(rank, view opened) of an owned line, None for any other."""
        return _find(self, line)


@lru_cache(maxsize=16384)
def _find(view: View, line: str) -> tuple[int, str] | None:
    for rank, (pattern, opens) in enumerate(view.patterns):
        if pattern.match(line):
            return rank, opens
    return None


@dataclass(frozen=True, eq=False)
class Dialect:
    """What one vendor's text looks like: its views (the first is ""), how a line is spelt out, what holds a secret.

    `prune` are views that the vendor does not print when nothing is set in them; a port that is merely shut down counts
    as unused. A port with a line like `foreign` is somebody else's whole (the management port in a VPN of its own).
    """

    views: dict[str, View]
    spell: Callable[[str, str], str]
    secret: re.Pattern[str]
    prune: frozenset[str]
    foreign: re.Pattern[str] | None = None


@lru_cache(maxsize=64)
def tree(text: str, dialect: Dialect) -> Node:
    """`parse` for readers: the same text is read several times in a row; nobody may change what this returns."""
    return parse(text, dialect)


def parse(text: str, dialect: Dialect) -> Node:
    """The canonical tree of a text as printed or as written; the root has no line. InputError beyond `MAX_TEXT`."""
    if len(text) > MAX_TEXT:
        raise InputError("configuration", f"it has {len(text)} characters, more than {MAX_TEXT}", "read one device")
    root = Node("")
    known: dict[tuple[int, str], Node] = {}
    # Open views as (indent, view name, node); a foreign view swallows what is inside it.
    stack: list[tuple[int, str | None, Node]] = [(-1, "", root)]
    for raw in text.splitlines():
        words = raw.split()
        if raw.startswith("#"):
            # Comware indents single commands at the top; only the mark before them says that they are at the top.
            del stack[1:]
            continue
        if not words or words[0].startswith(("#", "!")) or words in (["return"], ["quit"]):
            continue
        indent = len(raw) - len(raw.lstrip())
        while indent <= stack[-1][0]:
            stack.pop()
        name, parent = stack[-1][1], stack[-1][2]
        line = dialect.spell(name, " ".join(words)) if name is not None else ""
        found = dialect.views[name].find(line) if name is not None and line else None
        if found is None or dialect.secret.search(line):
            stack.append((indent, None, Node("")))
            continue
        node = known.get((id(parent), line))
        if node is None:
            node = known[id(parent), line] = Node(line)
            parent.children.append(node)
        stack.append((indent, found[1] or None, node))
    _tidy(root, "", dialect)
    return root


def _tidy(node: Node, name: str, dialect: Dialect) -> None:
    view = dialect.views[name]
    kept: list[tuple[tuple[int, bool, tuple[tuple[int, int, str], ...]], Node]] = []
    for child in node.children:
        found = view.find(child.line)
        if found is None:
            continue
        rank, opens = found
        if opens == "interface" and dialect.foreign and any(dialect.foreign.match(one.line) for one in child.children):
            continue
        if opens:
            _tidy(child, opens, dialect)
        if opens in dialect.prune and all(inner.line == "shutdown" for inner in child.children):
            continue
        # IPv4 before IPv6, but never across the numbered rules of a list.
        six = ":" in child.line and not child.line.startswith("rule ")
        kept.append(((rank, six, natural(child.line)), child))
    node.children = [child for _, child in sorted(kept, key=lambda pair: pair[0])]


def natural(line: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts `rule 5` before `rule 10`."""
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in _NUMBER.split(line) if part)


def text_of(root: Node) -> str:
    """The canonical text: one space of indent per level, `#` around every view at the top."""
    lines: list[str] = []
    previous: Node | None = None
    for node in root.children:
        if previous is None or previous.children or node.children or _kind(previous) != _kind(node):
            lines.append("#")
        lines += _lines(node, 0)
        previous = node
    return "".join(f"{line}\n" for line in (*lines, "#")) if lines else ""


def _kind(node: Node) -> str:
    return " ".join(node.line.split()[:2])


def _lines(node: Node, depth: int) -> Iterable[str]:
    yield " " * depth + node.line
    for child in node.children:
        yield from _lines(child, depth + 1)


def normalise(text: str, dialect: Dialect) -> str:
    """The canonical text of any printed or written form; idempotent."""
    return text_of(tree(text, dialect))
