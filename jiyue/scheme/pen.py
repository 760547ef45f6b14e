"""Writes the blocks of a document in order and numbers what a reader refers to: sections, tables, figures."""

from __future__ import annotations

from collections.abc import Iterable

from jiyue.i18n import _
from jiyue.scheme import terms
from jiyue.scheme.blocks import Block, Chapter, Figure, Heading, Listing, Table, Text
from jiyue.scheme.drawing import Drawing


class Pen:
    """One document being written; chapters, tables and figures count through, sections within their chapter."""

    def __init__(self) -> None:
        self.chapters: list[Chapter] = []
        self._blocks: list[Block] = []
        self._tables = self._figures = self._sections = 0

    def chapter(self, id: str, title: str) -> None:
        """Close the chapter so far and give it its number."""
        heading = terms.chapter(len(self.chapters) + 1, title)
        self.chapters.append(Chapter(id, heading, tuple(self._blocks)))
        self._blocks, self._sections = [], 0

    def annex(self, id: str, title: str) -> None:
        """Close what was written as an annex."""
        self.chapters.append(Chapter(id, title, tuple(self._blocks), annex=True))
        self._blocks, self._sections = [], 0

    def section(self, text: str) -> None:
        """A section of the chapter being written."""
        self._sections += 1
        self._blocks.append(Heading(terms.section(self._sections, len(self.chapters) + 1, text)))

    def text(self, text: str) -> None:
        """A paragraph."""
        self._blocks.append(Text(text))

    def note(self, text: str) -> None:
        """A paragraph that must not be overlooked."""
        self._blocks.append(Text(text, "note"))

    def table(self, id: str, caption: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
        """A table with its number; one without rows is left out."""
        found = tuple(rows)
        if found:
            self._tables += 1
            said = _("Table {number}  {caption}").format(number=self._tables, caption=caption)
            self._blocks.append(Table(id, said, head, found))

    def figure(self, id: str, caption: str, drawing: Drawing, text: str) -> None:
        """A picture with its number."""
        self._figures += 1
        said = _("Figure {number}  {caption}").format(number=self._figures, caption=caption)
        self._blocks.append(Figure(id, said, drawing, text))

    def listing(self, caption: str, text: str) -> None:
        """Lines of a device, word for word."""
        self._blocks.append(Listing(caption, tuple(text.rstrip("\n").split("\n"))))
