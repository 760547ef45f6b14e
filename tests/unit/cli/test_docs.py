"""The generated pages are what the program says today, whatever the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiyue import docs_gen
from jiyue.docs_gen import PAGES, first_sentence, page

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_is_fresh(path: str) -> None:
    """`python -m jiyue.docs_gen` would change nothing."""
    assert (ROOT / path).read_text(encoding="utf-8") == page(PAGES[path])


def test_the_terminal_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Width, colour and the caller's language leave no trace."""
    plain = page("cli-zh")
    for name, value in (("COLUMNS", "40"), ("FORCE_COLOR", "1"), ("JIYUE_LANG", "en"), ("LANG", "en_US.UTF-8")):
        monkeypatch.setenv(name, value)
    assert page("cli-zh") == plain
    assert "\x1b" not in plain


def test_a_stale_page_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` names the page and ends with 1; after writing it is content."""
    monkeypatch.setattr(docs_gen, "PAGES", {"docs/modules.md": "modules"})
    monkeypatch.setattr(docs_gen, "ROOT", tmp_path)
    for package in ("inventory", "ipv6", "infra", "jiyue", "lab"):
        (tmp_path / package).mkdir()
    (tmp_path / "lab/one.py").write_text('"""First. Second."""\n', encoding="utf-8")
    assert docs_gen.main(["--check"]) == 1
    assert "stale: docs/modules.md" in capsys.readouterr().out
    assert docs_gen.main([]) == 0
    assert "| [lab.one](../lab/one.py) | First. |" in (tmp_path / "docs/modules.md").read_text(encoding="utf-8")
    assert docs_gen.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One."),
        ("One line\nthat goes on.\n\nMore.", "One line that goes on."),
        ("No end", "No end"),
        ("a | b.", "a \\| b."),
        ("Uses 3.11 of it. Then.", "Uses 3.11 of it."),
    ],
)
def test_first_sentence(text: str, sentence: str) -> None:
    """Up to the first full stop with a space behind it, safe inside a table."""
    assert first_sentence(text) == sentence
