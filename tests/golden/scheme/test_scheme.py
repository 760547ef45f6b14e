"""A city's scheme as a page, word for word, from facts that lie here; JIYUE_GOLDEN=write writes the page anew."""

from __future__ import annotations

import os
from pathlib import Path

from jiyue.i18n import set_language
from jiyue.scheme.data import from_json, to_json
from jiyue.scheme.document import document
from jiyue.scheme.html import html

HERE = Path(__file__).parent


def test_the_page() -> None:
    """The page of the committed facts is the committed one."""
    set_language("en")
    text = html(document(from_json((HERE / "zhuzhou.json").read_bytes())))
    path = HERE / "zhuzhou.html"
    if os.environ.get("JIYUE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_facts() -> None:
    """Reading the committed JSON and writing it again gives the same bytes."""
    text = (HERE / "zhuzhou.json").read_text(encoding="utf-8")
    assert to_json(from_json(text)) == text
