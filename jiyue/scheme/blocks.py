"""The document as blocks: headings, paragraphs, tables, figures, listings; every readable format renders these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from jiyue.scheme.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the chapter's, already numbered."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `kind` is text, or note for what must not be overlooked."""

    text: str
    kind: Literal["text", "note"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the shape `id` (`jiyue.scheme.shapes`); as many cells in each row as the shape has columns."""

    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"table {self.id} has a row that is not {len(self.head)} cells wide")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption; `text` says in words what it shows."""

    id: str
    caption: str
    drawing: Drawing
    text: str
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of a device, word for word."""

    caption: str
    lines: tuple[str, ...]
    kind: Literal["listing"] = "listing"


Block: TypeAlias = Heading | Text | Table | Figure | Listing


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: its id, its numbered heading and its blocks; an `annex` has no number and begins a page."""

    id: str
    heading: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a person reads, in one language. `mark` stands on every page of a lab document, else it is empty.

    `cover` are label and value under the title, `annex` tables that the workbook carries in full.
    """

    language: str
    title: str
    digest: str
    digest_label: str
    mark: str
    cover: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    annex: tuple[Table, ...] = field(default=())
