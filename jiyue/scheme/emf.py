"""A drawing as an Enhanced Metafile ([MS-EMF]): vector, and shown alike by Word, WPS and LibreOffice.

One device unit is a tenth of a millimetre, so that a drawing's numbers are the picture's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from ipv6.change.render import visible
from jiyue.scheme.drawing import Box, Drawing, Label, Line

HEADER, EOF, SELECT, CREATE_PEN, CREATE_BRUSH, CREATE_FONT = 1, 14, 37, 38, 39, 82
RECTANGLE, MOVE_TO, LINE_TO, TEXT_OUT, BACK_MODE, TEXT_ALIGN, TEXT_COLOUR = 43, 27, 54, 84, 18, 22, 24
TRANSPARENT, SOLID, DASHED, NULL_BRUSH = 1, 0, 1, 0x80000005
ALIGN = {"start": 24, "middle": 24 | 6}
"""TA_BASELINE, with TA_CENTER for the middle."""
CHINESE = 134
"""GB2312_CHARSET."""
FACE = "SimSun"
"""Its Latin letters are half as wide as its Chinese ones, so that widths are known without the font."""
DEVICE = (3200, 4500)
"""Pixels of the reference device; a tenth as many millimetres."""

INK, GREY = (0x20, 0x20, 0x20), (0x66, 0x66, 0x66)
FILLS: dict[str, tuple[int, int, int] | None] = {
    "plain": (255, 255, 255),
    "own": (0xE8, 0xF1, 0xFB),
    "other": (0xF2, 0xF2, 0xF2),
    "ghost": (255, 255, 255),
    "zone": (0xF1, 0xF7, 0xEC),
    "frame": None,
    "field0": (0xE8, 0xF1, 0xFB),
    "field1": (0xFD, 0xF1, 0xDD),
    "field2": (0xE9, 0xF5, 0xE3),
    "field3": (0xF4, 0xEA, 0xF6),
}
QUIET = ("other", "ghost", "frame")
"""Boxes with a grey edge; ghost and frame are dashed as well."""


@dataclass(slots=True)
class _Tape:
    """Records so far and the handles of what was created."""

    records: list[bytes] = field(default_factory=list)
    handles: dict[bytes, int] = field(default_factory=dict)

    def add(self, kind: int, *values: int) -> None:
        self.raw(kind, b"".join(struct.pack("<I", value & 0xFFFFFFFF) for value in values))

    def raw(self, kind: int, payload: bytes) -> None:
        payload += b"\0" * (-len(payload) % 4)
        self.records.append(struct.pack("<II", kind, 8 + len(payload)) + payload)

    def use(self, kind: int, payload: bytes) -> None:
        """Select an object, creating it the first time."""
        key = struct.pack("<I", kind) + payload
        if key not in self.handles:
            self.handles[key] = len(self.handles) + 1
            self.raw(kind, struct.pack("<I", self.handles[key]) + payload)
        self.add(SELECT, self.handles[key])


def emf(drawing: Drawing) -> bytes:
    """The picture as the bytes of an .emf file."""
    tape = _Tape()
    tape.add(BACK_MODE, TRANSPARENT)
    for shape in drawing.shapes:
        if isinstance(shape, Box):
            _box(tape, shape)
        elif isinstance(shape, Line):
            _pen(tape, shape.style)
            tape.add(MOVE_TO, shape.x1, shape.y1)
            tape.add(LINE_TO, shape.x2, shape.y2)
        else:
            _label(tape, shape)
    tape.add(EOF, 0, 16, 20)
    return _header(drawing, tape) + b"".join(tape.records)


def _header(drawing: Drawing, tape: _Tape) -> bytes:
    size = 108
    total = size + sum(map(len, tape.records))
    bounds = (0, 0, drawing.width, drawing.height)
    frame = tuple(10 * edge for edge in bounds)
    millimetres = tuple(edge // 10 for edge in DEVICE)
    return struct.pack(
        "<II4i4iIIIIHHIII2i2iIII2I", HEADER, size, *bounds, *frame, 0x464D4520, 0x10000, total, len(tape.records) + 1,
        len(tape.handles) + 1, 0, 0, 0, 0, *DEVICE, *millimetres, 0, 0, 0, *(edge * 1000 for edge in millimetres),
    )  # fmt: skip


def _colour(rgb: tuple[int, int, int]) -> int:
    return rgb[0] | rgb[1] << 8 | rgb[2] << 16


def _pen(tape: _Tape, style: str) -> None:
    colour = GREY if style in QUIET else INK
    dash = DASHED if style in ("ghost", "frame") else SOLID
    # A dashed pen must be one unit wide ([MS-EMF] 2.1.25); a solid one may be bolder.
    tape.use(CREATE_PEN, struct.pack("<IiiI", dash, 1 if dash else 3, 0, _colour(colour)))


def _box(tape: _Tape, box: Box) -> None:
    _pen(tape, box.style)
    fill = FILLS.get(box.style, FILLS["plain"])
    if fill is None:
        tape.add(SELECT, NULL_BRUSH)
    else:
        tape.use(CREATE_BRUSH, struct.pack("<III", 0, _colour(fill), 0))
    tape.add(RECTANGLE, box.x, box.y, box.x + box.width, box.y + box.height)


def _label(tape: _Tape, label: Label) -> None:
    tape.use(CREATE_FONT, _font(label.size))
    tape.add(TEXT_COLOUR, _colour(GREY if label.quiet else INK))
    tape.add(TEXT_ALIGN, ALIGN[label.anchor])
    text = str(visible(label.text))
    data = text.encode("utf-16-le")
    count = len(data) // 2
    advances = b"".join(_advance(one, label.size) for one in text)
    string_at = 8 + 68
    padded = data + b"\0" * (-len(data) % 4)
    head = struct.pack("<4iIff", 0, 0, -1, -1, 1, 1.0, 1.0)
    place = struct.pack("<iiIII4iI", label.x, label.y, count, string_at, 0, 0, 0, -1, -1, string_at + len(padded))
    tape.raw(TEXT_OUT, head + place + padded + advances)


def _advance(letter: str, size: int) -> bytes:
    """The width of a letter; of one that takes two UTF-16 units the second has none."""
    width = size if ord(letter) > 0x2E7F else size // 2
    return struct.pack("<I", width) + (struct.pack("<I", 0) if ord(letter) > 0xFFFF else b"")


def _font(size: int) -> bytes:
    face = FACE.encode("utf-16-le").ljust(64, b"\0")
    logical = struct.pack("<iiiii8B", -size, 0, 0, 0, 400, 0, 0, 0, CHINESE, 0, 0, 0, 0) + face
    return logical + b"\0" * (320 - len(logical))
