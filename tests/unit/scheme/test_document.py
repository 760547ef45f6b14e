"""The document: every chapter, numbered as an official document is, tables that fit the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiyue.i18n import set_language
from jiyue.scheme import terms
from jiyue.scheme.blocks import Table
from jiyue.scheme.document import document
from jiyue.scheme.drawing import Box, Label, Line, fit
from jiyue.scheme.shapes import SHAPES, TEXT_WIDTH
from tests.unit.scheme.samples import strings, today, zhuzhou

CHAPTERS = ("scope", "present", "addresses", "routing", "security", "dns", "sites", "schedule", "tests", "rollback",
            "risks", "duties", "annex")  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("platform", ["shared", "hunan", "changsha"])
def test_chapters(platform: str, language: str) -> None:
    """Every chapter is there, in order, with something in it; every table has its shape; the digest is told."""
    set_language(language)
    found = document(today(platform))
    assert tuple(one.id for one in found.chapters) == CHAPTERS
    assert all(one.blocks for one in found.chapters)
    assert found.digest == today(platform).digest
    tables = [one for chapter in found.chapters for one in chapter.blocks if isinstance(one, Table)]
    for table in (*tables, *found.annex):
        assert len(table.head) == len(SHAPES[table.id]), table.id
    assert found.language == language


def test_numbers() -> None:
    """Headings count 一、 and （一）, tables and figures count through."""
    set_language("zh")
    found = document(zhuzhou())
    assert [one.heading.partition("、")[0] for one in found.chapters[:-1]] == [
        "一",
        "二",
        "三",
        "四",
        "五",
        "六",
        "七",
        "八",
        "九",
        "十",
        "十一",
        "十二",
    ]
    assert found.chapters[0].blocks[0].kind == "heading"
    set_language("en")
    captions = [text for text in strings(document(zhuzhou())) if text.startswith("Table ")]
    assert [text.split()[1] for text in captions] == [str(number) for number in range(1, len(captions) + 1)]


def test_tables_fit_the_type_area() -> None:
    """No table of the document is wider than the type area of GB/T 9704, none much narrower."""
    for id, columns in SHAPES.items():
        if not id.startswith("annex"):
            assert sum(column.width for column in columns) == TEXT_WIDTH, id


def test_annex_leaves_nothing_out() -> None:
    """Deferred things stand in the workbook although the document leaves them out."""
    set_language("en")
    facts = zhuzhou()
    tables = {one.id: one for one in document(facts).annex}
    assert len(tables["annex-addresses"].rows) == len(facts.addresses)
    assert len(tables["annex-claims"].rows) == len(facts.claims)
    assert len(tables["annex-rules"].rows) == len(facts.twins)
    assert len(tables["annex-records"].rows) == len(facts.records)


@given(st.integers(1, 99))
def test_numerals(number: int) -> None:
    """Chinese numerals up to 99, read back."""
    digits = {letter: value for value, letter in enumerate(terms.NUMERALS)}
    tens, found, ones = terms.numeral(number).rpartition("十")
    value = (digits[tens] if tens else 1) * 10 if found else 0
    assert value + (digits[ones] if ones else 0) == number


DAYS = {"2026-02-28T15:59:59Z": "2026年2月28日", "2026-02-28T16:00:00Z": "2026年3月1日", "": ""}


@pytest.mark.parametrize("moment", DAYS)
def test_day(moment: str) -> None:
    """A day is China's day, written without leading zeros."""
    set_language("zh")
    assert terms.day(moment) == DAYS[moment]


@pytest.mark.parametrize("platform", ["shared", "hunan", "changsha"])
def test_pictures_stay_on_their_canvas(platform: str) -> None:
    """Every shape of both pictures lies inside, in both languages; every text is as wide as its box allows."""
    for language in ("zh", "en"):
        set_language(language)
        figures = [
            one for chapter in document(today(platform)).chapters for one in chapter.blocks if one.kind == "figure"
        ]
        assert len(figures) == 2
        for figure in figures:
            size = figure.drawing
            for shape in size.shapes:
                if isinstance(shape, Box):
                    assert (
                        shape.x >= 0 and shape.x + shape.width <= size.width and shape.y + shape.height <= size.height
                    )
                elif isinstance(shape, Line):
                    assert max(shape.x1, shape.x2) <= size.width and max(shape.y1, shape.y2) <= size.height
                else:
                    assert isinstance(shape, Label) and 0 <= shape.x <= size.width and shape.y <= size.height


@given(st.text(), st.integers(10, 400), st.integers(10, 60))
def test_fit(text: str, width: int, size: int) -> None:
    """A text that is cut ends with an ellipsis and begins like the whole."""
    found = fit(text, width, size)
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))
