"""The page and its pictures: self-contained, nothing of the data unescaped, every label where it belongs."""

from __future__ import annotations

import re
import struct
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiyue.i18n import set_language
from jiyue.scheme.blocks import Figure
from jiyue.scheme.document import document
from jiyue.scheme.drawing import Box, Drawing, Label, Line
from jiyue.scheme.emf import emf
from jiyue.scheme.html import css_string, html
from jiyue.scheme.model import Scheme
from jiyue.scheme.svg import svg
from tests.unit.scheme.samples import poisoned, strings, today, zhuzhou

VOID = {"meta", "rect", "line", "br"}
EVIL = '"></text><script>alert(1)</script><img src=x onerror=alert(2)>'


class Tags(HTMLParser):
    """Start tags with their attributes, text seen; every tag has to close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(facts: Scheme) -> Tags:
    """The page of these facts, parsed."""
    parser = Tags()
    parser.feed(html(document(facts)))
    assert parser.open == []
    return parser


@pytest.mark.parametrize("facts", [zhuzhou(), poisoned(EVIL)], ids=["plain", "hostile"])
def test_nothing_runs_and_nothing_is_fetched(facts: Scheme) -> None:
    """No script, no image, no reference but to a chapter of the page; a policy that would forbid them."""
    page = read(facts)
    tags = {tag for tag, _ in page.found}
    assert tags.isdisjoint({"script", "img", "link", "iframe", "object", "form", "base", "a:script"})
    for tag, attributes in page.found:
        assert not any(name.startswith("on") for name in attributes), tag
        assert (attributes.get("href") or "#").startswith("#") and "src" not in attributes
    assert any("default-src 'none'" in (attributes.get("content") or "") for _, attributes in page.found)
    text = html(document(facts))
    assert "@import" not in text and "url(" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_said(language: str) -> None:
    """Every text of the document stands on the page."""
    set_language(language)
    facts = today("changsha")
    shown = "\n".join(read(facts).text)
    assert [text for text in strings(document(facts)) if text not in shown] == []
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in html(document(facts))


def test_digest_on_every_printed_page() -> None:
    """The digest stands in the margin box of every page."""
    facts = zhuzhou()
    rule = re.search(r"@top-left \{ content: \"([^\"]*)\"", html(document(facts)))
    assert rule is not None and facts.digest in rule[1]


@given(st.text())
def test_css_string(text: str) -> None:
    """No text leaves the quotes of a style sheet's string."""
    found = str(css_string(text))
    assert re.fullmatch(r'"(?:[A-Za-z0-9]|\\[0-9a-f]{6})*"', found)


def figures() -> list[Figure]:
    """All pictures of two schemes."""
    chapters = [chapter for name in ("shared", "changsha") for chapter in document(today(name)).chapters]
    return [block for chapter in chapters for block in chapter.blocks if isinstance(block, Figure)]


def records(data: bytes) -> list[tuple[int, bytes]]:
    """Kind and payload of every record of a metafile; fails when the sizes do not add up."""
    found, at = [], 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert size >= 8 and size % 4 == 0 and at + size <= len(data)
        found.append((kind, data[at + 8 : at + size]))
        at += size
    return found


def labels(data: bytes) -> list[str]:
    """Every text of a metafile, each with one advance per UTF-16 unit."""
    found = []
    for kind, payload in records(data):
        if kind == 84:
            count, at = struct.unpack_from("<II", payload, 36)
            advances = struct.unpack_from("<I", payload, 64)[0]
            assert len(payload) == advances - 8 + 4 * count
            found.append(payload[at - 8 : at - 8 + 2 * count].decode("utf-16-le"))
    return found


def test_metafiles() -> None:
    """A header that tells the truth, an end, every label; only handles that were made."""
    for figure in figures():
        data = emf(figure.drawing)
        found = records(data)
        assert found[0][0] == 1 and found[-1][0] == 14
        length, count, handles = struct.unpack_from("<IIH", found[0][1], 40)
        assert (length, count) == (len(data), len(found))
        made = [struct.unpack_from("<I", payload)[0] for kind, payload in found if kind in (38, 39, 82)]
        assert made == list(range(1, len(made) + 1)) and handles == len(made) + 1
        used = {struct.unpack_from("<I", payload)[0] for kind, payload in found if kind == 37}
        assert used <= {*made, 0x80000005}
        assert labels(data) == list(figure.drawing.labels)


@given(st.text(max_size=20))
def test_any_label(text: str) -> None:
    """Any text gives a whole metafile and an SVG whose only tags are its own."""
    drawing = Drawing(100, 100, (Box(0, 0, 9, 9, "own"), Line(0, 0, 9, 9), Label(5, 5, text)))
    assert len(labels(emf(drawing))) == 1
    assert set(re.findall(r"<(\w+)", str(svg(drawing, text)))) == {"svg", "rect", "line", "text"}


def test_topology_shows_what_belongs_to_it() -> None:
    """The chain from the core to the zones, every zone with both prefixes, the counties that wait."""
    set_language("en")
    texts = "\n".join(figures()[2].drawing.labels)
    for piece in ("core of the extranet", "pe-changsha", "fw-changsha", "198.18.1.0/24", "3fff:ff1:100:1000::/64",
                  "site-changsha, ns3, 4 websites", "9 × county edge router", "9 of them deferred"):  # fmt: skip
        assert piece in texts, piece
