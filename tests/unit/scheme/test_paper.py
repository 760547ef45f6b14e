"""The Word file on paper: LibreOffice prints it once, and what stands on the pages is counted and measured.

A document names the fonts of an official one; this machine has others. That is fine; a missing glyph is not.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from unicodedata import normalize

import pypdf
import pytest

from jiyue.i18n import set_language
from jiyue.scheme.blocks import Chapter, Document, Text
from jiyue.scheme.document import document
from jiyue.scheme.docx import docx
from jiyue.scheme.docx_template import CHARACTERS, HEIGHT, LEFT, LINES, TOP, WIDTH
from tests.unit.scheme.samples import strings, today, zhuzhou

NOWHERE = "\u0d9a"
"""A Sinhala letter: no font of this machine has it."""
HANGING = 16 / 72 * 25.4
"""A full stop may hang outside the type area by one character."""
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>')


def samples() -> dict[str, Document]:
    """A city and the shared part in Chinese, the latter in English too, a page of text, one with a missing glyph."""
    found = {}
    cases = (("city", "zh", zhuzhou()), ("province", "zh", today("shared")), ("shared", "en", today("shared")))
    for name, language, facts in cases:
        set_language(language)
        found[name] = document(facts)
    plain = ("zh", "题", "ab" * 32, "摘要值", "", ())
    found["text"] = Document(*plain, (Chapter("one", "一、文", (Text("国" * CHARACTERS * LINES * 3),)),))
    found["missing"] = Document(*plain, (Chapter("one", "一、文", (Text(f"字{NOWHERE}字"),)),))
    return found


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The PDF of every sample, printed in one run with a profile of its own."""
    folder = tmp_path_factory.mktemp("paper")
    names = []
    for name, words in samples().items():
        (folder / f"{name}.docx").write_bytes(docx(words))
        names.append(f"{name}.docx")
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", *names]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    found = {name: folder / f"{name}.pdf" for name in samples()}
    assert all(path.is_file() for path in found.values()), result.stderr[-2000:]
    return found


def run(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


@cache
def pages(path: Path) -> tuple[tuple[tuple[float, float, float, float, str], ...], ...]:
    """Every word of every page with its edges in mm: left, top, right, bottom."""
    found: list[list[tuple[float, float, float, float, str]]] = []
    for line in run("pdftotext", "-bbox", str(path), "-").splitlines():
        if "<page " in line:
            found.append([])
        elif match := WORD.search(line):
            left, top, right, bottom = (float(edge) / 72 * 25.4 for edge in match.groups()[:4])
            found[-1].append((left, top, right, bottom, match[5]))
    return tuple(tuple(page) for page in found)


def missing(path: Path) -> set[tuple[str, str]]:
    """(font, character) for each character that a PDF draws with a font that has no glyph for it."""
    found = set()
    for page in pypdf.PdfReader(path).pages:
        for font in page["/Resources"].get_object().get("/Font", {}).values():
            one = font.get_object()
            name = str(one["/BaseFont"]).rpartition("+")[2].removesuffix("-VKana")
            text = one["/ToUnicode"].get_object().get_data().decode("ascii")
            has = covered(name)
            for code in re.findall(r"^<\w+> <(\w{4,})>$", text, re.MULTILINE):
                for letter in bytes.fromhex(code).decode("utf-16-be"):
                    if ord(letter) not in has:
                        found.add((name, letter))
    return found


@cache
def covered(font: str) -> frozenset[int]:
    """The characters of an installed font, by its PostScript name."""
    found: set[int] = set()
    for line in run("fc-list", f":postscriptname={font}", "charset").splitlines():
        for part in line.partition("charset=")[2].split():
            first, _, last = part.partition("-")
            found.update(range(int(first, 16), int(last or first, 16) + 1))
    assert found, f"no font {font} is installed"
    return frozenset(found)


@pytest.mark.parametrize("name", ["city", "province", "shared"])
def test_nothing_is_lost(paper: dict[str, Path], name: str) -> None:
    """Every character of the document stands on the pages at least as often as in the document."""
    wanted = Counter("".join(normalize("NFKC", text) for text in strings(samples()[name])))
    shown = Counter(normalize("NFKC", run("pdftotext", "-raw", str(paper[name]), "-")))
    lost = {letter: count - shown[letter] for letter, count in wanted.items() if shown[letter] < count}
    assert {letter: count for letter, count in lost.items() if not letter.isspace()} == {}


@pytest.mark.parametrize("name", ["city", "province", "shared", "text"])
def test_every_glyph_is_there(paper: dict[str, Path], name: str) -> None:
    """Each font is embedded and has every character that it is used for."""
    assert missing(paper[name]) == set()
    rows = run("pdffonts", str(paper[name])).splitlines()[2:]
    assert rows and all(row.split()[-5] == "yes" for row in rows)
    assert any("CJK" in row for row in rows)


def test_a_missing_glyph_is_noticed(paper: dict[str, Path]) -> None:
    """The test above can fail."""
    assert {letter for _, letter in missing(paper["missing"])} == {NOWHERE}


def test_lines_and_characters(paper: dict[str, Path]) -> None:
    """22 lines of 28 characters stand on a page of text (GB/T 9704-2012, 5.2.3), inside the type area."""
    page = pages(paper["text"])[1]
    lines = [word for word in page if set(word[4]) == {"国"}]
    assert [len(word[4]) for word in lines] == [CHARACTERS] * LINES
    assert all(word[0] >= LEFT - 0.1 and word[2] <= LEFT + WIDTH + 0.1 for word in lines)
    assert lines[0][1] >= TOP - 0.1 and lines[-1][3] <= TOP + HEIGHT + 0.1


@pytest.mark.parametrize("name", ["city", "province", "shared"])
def test_every_page(paper: dict[str, Path], name: str) -> None:
    """The digest above, the number below at the outer edge, and nothing but these outside the type area."""
    digest = samples()[name].digest
    found = pages(paper[name])
    assert len(found) > 10
    for number, page in enumerate(found, 1):
        assert any(digest in word[4] and word[3] < TOP for word in page), number
        below = [word for word in page if word[3] > TOP + HEIGHT + 0.1]
        assert [word[4] for word in below] == ["—", str(number), "—"], number
        outer = below[0][0] > 105 if number % 2 else below[0][0] < 105
        assert outer, number
        inside = [word for word in page if word[1] >= TOP - 1]
        assert all(word[0] >= LEFT - 2 and word[2] <= LEFT + WIDTH + HANGING for word in inside), number
