"""A picture as a handful of primitives in one unit (a tenth of a millimetre), so that HTML and Word show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `style` is plain, own, other, field0..field3, zone or ghost (dashed)."""

    x: int
    y: int
    width: int
    height: int
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line; `style` is link or ghost (dashed)."""

    x1: int
    y1: int
    x2: int
    y2: int
    style: str = "link"


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text whose middle (or left end) stands at `x`, its baseline at `y`; `size` in tenths of a mm."""

    x: int
    y: int
    text: str
    size: int = 32
    anchor: str = "middle"
    mono: bool = False
    quiet: bool = False


Shape: TypeAlias = Box | Line | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in painting order on a canvas of `width` x `height`."""

    width: int
    height: int
    shapes: tuple[Shape, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every text in it."""
        return tuple(shape.text for shape in self.shapes if isinstance(shape, Label))


def fit(text: str, width: int, size: int) -> str:
    """The text, cut with an ellipsis when it is wider than `width`; full-width characters count as one em."""
    room = width / size
    if _ems(text) <= room:
        return text
    while text and _ems(text) + 1 > room:
        text = text[:-1]
    return f"{text}…"


def _ems(text: str) -> float:
    return sum(1.0 if ord(one) > 0x2E7F else 0.56 for one in text)
