"""The address bit diagram: identifiers of GB/T 46285, fields, bits, and real addresses of the scheme cut along them."""

from __future__ import annotations

from itertools import groupby

from ipv6.plan.layout import INTERFACE, REGION, SUBNET, TYPE
from jiyue.i18n import _, language
from jiyue.scheme import terms
from jiyue.scheme.drawing import Box, Drawing, Label, Shape, fit
from jiyue.scheme.facts import FieldFact
from jiyue.scheme.model import Scheme

WIDTH = 1560
ROW = 62
IDENTIFIERS = (TYPE, REGION, SUBNET, INTERFACE)


def bits(facts: Scheme) -> Drawing:
    """One band per example below the bands of identifiers and fields; not to scale, so that four bits can be read."""
    fields = facts.examples[0].fields
    edges = _edges(fields)
    shapes: list[Shape] = [*_identifiers(fields, edges), *_names(fields, edges)]
    top = 3 * ROW + 34
    for example in facts.examples:
        shapes.append(Label(4, top + 34, f"{example.address}  {example.owner}", 30, "start", mono=True))
        for number, one in enumerate(example.fields):
            left, right = edges[number], edges[number + 1]
            style = _style(one)
            shapes.append(Box(left, top + 46, right - left, ROW, style))
            middle = (left + right) // 2
            shapes.append(Label(middle, top + 88, fit(one.digits, right - left, 30), 30, mono=True))
            value = fit(terms.use(one.value.partition(" ")[2] or one.value), right - left + 14, 24)
            shapes.append(Label(middle, top + 46 + ROW + 28, value, 24, quiet=True))
        top += 46 + ROW + 52
    return Drawing(WIDTH, top, tuple(shapes))


def _edges(fields: tuple[FieldFact, ...]) -> list[int]:
    """Left edges in the picture and the last right edge: more bits, more width, but not in proportion."""
    weights = [8 if _width(one) <= 4 else 9 if _width(one) <= 8 else 15 if _width(one) <= 32 else 20 for one in fields]
    edges, total = [0], sum(weights)
    for index in range(len(weights)):
        edges.append(WIDTH * sum(weights[: index + 1]) // total)
    return edges


def _width(field: FieldFact) -> int:
    return field.last - field.first + 1


def _identifier(field: FieldFact) -> str:
    return field.name_zh.partition("·")[0]


def _style(field: FieldFact) -> str:
    found = _identifier(field)
    return f"field{IDENTIFIERS.index(found)}" if found in IDENTIFIERS else "plain"


def _identifiers(fields: tuple[FieldFact, ...], edges: list[int]) -> list[Shape]:
    words = {TYPE: _("address type"), REGION: _("region"), SUBNET: _("subnet space"), INTERFACE: _("interface")}
    shapes: list[Shape] = []
    at = 0
    for identifier, group in groupby(fields, key=_identifier):
        size = len(tuple(group))
        left, right = edges[at], edges[at + size]
        word = identifier if language() == "zh" else words.get(identifier, identifier)
        shapes.append(Box(left, 0, right - left, ROW, _style(fields[at])))
        shapes.append(Label((left + right) // 2, 42, fit(word, right - left, 32), 32))
        at += size
    return shapes


def _names(fields: tuple[FieldFact, ...], edges: list[int]) -> list[Shape]:
    shapes: list[Shape] = []
    for number, one in enumerate(fields):
        left, right = edges[number], edges[number + 1]
        middle = (left + right) // 2
        name = (one.name_zh.partition("·")[2] or one.name_zh) if language() == "zh" else one.name_en
        shapes.append(Box(left, ROW, right - left, 2 * ROW - 10, "plain"))
        shapes.append(Label(middle, ROW + 44, fit(name, right - left, 26), 26))
        shapes.append(Label(middle, ROW + 90, f"{one.first}–{one.last}", 26, quiet=True))
    return shapes
