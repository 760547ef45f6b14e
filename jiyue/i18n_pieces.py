"""A text of the source as pieces: what is fixed, and named placeholders; and the message id the pieces make."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LATE = re.compile(r"\{(also)\}")
"""Placeholders that a later step fills by `str.replace`; see `inventory.source`."""

THROUGH = frozenset({"tuple", "list", "sorted", "set", "fromkeys", "str", "chain", "strip", "rstrip", "removesuffix",
                      "capitalize", "replace", "lower", "removeprefix"})  # fmt: skip
"""Calls that give what they are given, near enough."""

_VAGUE = frozenset(
    {"name", "id", "value", "text", "get", "stem", "splitlines", "split", "read_text", "items", "values"}
)


@dataclass(frozen=True)
class Slot:
    """A placeholder, by the name its expression suggests."""

    name: str


Pieces = tuple[str | Slot, ...]


def literal(text: str) -> Iterator[str | Slot]:
    """A fixed text as pieces; what is filled by `str.replace` later is a placeholder too."""
    for position, part in enumerate(LATE.split(text)):
        if part:
            yield Slot(part) if position % 2 else part


def filled_later(pieces: Pieces) -> Pieces:
    """A text that `.format` fills: its own braces are the placeholders."""
    found: list[str | Slot] = []
    for piece in pieces:
        if isinstance(piece, Slot):
            found.append(piece)
            continue
        for position, part in enumerate(re.split(r"\{(\w*)\}", piece)):
            if part or position % 2:
                found.append(Slot(part if part.isidentifier() else "value") if position % 2 else part)
    return tuple(found)


def slot_name(node: ast.AST) -> str:
    """A readable name for what stands in a placeholder."""
    match node:
        case ast.Name(id=name):
            return name.strip("_") or "value"
        case ast.Attribute(value=base, attr=attr):
            return slot_name(base) if attr in _VAGUE and not _is_self(base) else attr.strip("_")
        case ast.Subscript(value=base, slice=ast.Constant(value=str(key))) if key.isidentifier():
            return slot_name(base) if key in _VAGUE else key
        case ast.Subscript(value=base):
            return slot_name(base)
        case ast.Call(func=ast.Name(id="len")):
            return "count"
        case ast.Call(func=ast.Attribute(value=ast.Constant()), args=[first, *_]):
            return slot_name(first)
        case ast.Call(args=[_, ast.Constant(value=str(key)), *_]) if key.isidentifier():
            return key
        case ast.Call(args=[first, *_]) if not isinstance(first, ast.Constant):
            return slot_name(first)
        case ast.Call(func=ast.Attribute(value=base, attr=attr)):
            return slot_name(base) if attr in THROUGH | _VAGUE else attr.strip("_")
        case ast.Call(func=func):
            return slot_name(func)
        case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(two))) if {one, two} & {"s"}:
            return "s"
        case ast.IfExp(body=value) | ast.Starred(value=value) | ast.Await(value=value):
            return slot_name(value)
        case ast.BinOp(left=value) | ast.BoolOp(values=[value, *_]) | ast.GeneratorExp(elt=value):
            return slot_name(value)
        case ast.ListComp(elt=value):
            return slot_name(value)
    return "value"


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def message(pieces: Pieces) -> str:
    """The template as a message id; braces of its own are doubled only when it has placeholders."""
    slots = [piece for piece in pieces if isinstance(piece, Slot)]
    if not slots:
        return "".join(piece for piece in pieces if isinstance(piece, str))
    used: dict[str, int] = {}
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece.replace("{", "{{").replace("}", "}}"))
            continue
        used[piece.name] = used.get(piece.name, 0) + 1
        parts.append("{" + piece.name + (str(used[piece.name]) if used[piece.name] > 1 else "") + "}")
    return "".join(parts)


def speaks(pieces: Iterable[str | Slot]) -> bool:
    """Whether the fixed part holds a word at all."""
    return any(re.search(r"[a-z]{2}", piece) for piece in pieces if isinstance(piece, str))
