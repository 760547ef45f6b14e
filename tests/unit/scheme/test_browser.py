"""The page in a headless browser: no word on its console, and on paper the digest stands on every page."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pypdf
import pytest

from jiyue.i18n import set_language
from jiyue.scheme.document import document
from jiyue.scheme.html import html
from tests.unit.scheme.samples import zhuzhou

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
)  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the committed facts, in Chinese."""
    set_language("zh")
    path = tmp_path_factory.mktemp("page") / "scheme.html"
    path.write_text(html(document(zhuzhou())), encoding="utf-8")
    return path


def chromium(page: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Open the page with a profile of its own."""
    command = ["chromium", *QUIET, f"--user-data-dir={page.parent / 'profile'}", *more, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def test_opens_quietly(page: Path) -> None:
    """No console message; both pictures and the last table are in the result."""
    result = chromium(page, "--enable-logging=stderr", "--v=0", "--dump-dom")
    assert result.returncode == 0, result.stderr[-2000:]
    assert "CONSOLE" not in result.stderr, result.stderr[-2000:]
    assert result.stdout.count("<svg ") == 2 and result.stdout.rstrip().endswith("</html>")


def test_prints_with_the_digest(page: Path) -> None:
    """Each printed page carries the digest and its number."""
    target = page.with_suffix(".pdf")
    result = chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    assert result.returncode == 0 and target.is_file(), result.stderr[-2000:]
    digest = zhuzhou().digest
    texts = [one.extract_text() for one in pypdf.PdfReader(target).pages]
    assert len(texts) > 10
    assert [number for number, text in enumerate(texts, 1) if digest not in text.replace("\n", "")] == []
