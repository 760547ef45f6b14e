"""The report as a person sees it, in a headless browser."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.helpers import ROOT
from tests.e2e.province import Province

pytestmark = pytest.mark.lab
PAGE = ROOT / "var" / "report" / "index.html"
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
)  # fmt: skip


def test_the_page_opens_without_a_console_error(province: Province, tmp_path: Path) -> None:
    """Chromium renders the page from disk: no console message, all 15 platforms and every site in the result."""
    command = ["chromium", *QUIET, f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--v=0", "--dump-dom",
               PAGE.as_uri()]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    assert "CONSOLE" not in result.stderr, result.stderr[-2000:]
    for name in ("www.hunan.gov.cn", "www.changsha.gov.cn", "www.xxz.gov.cn"):
        assert name in result.stdout


def test_the_page_is_one_file(province: Province) -> None:
    """Nothing is loaded from anywhere else."""
    text = PAGE.read_text(encoding="utf-8")
    for mark in ('src="http', "src='http", 'href="http', "@import", "url(http"):
        assert mark not in text


def test_the_picture_is_not_empty(province: Province, tmp_path: Path) -> None:
    """A screenshot of the page has content."""
    picture = tmp_path / "page.png"
    command = ["chromium", *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1400,2000",
               f"--screenshot={picture}", PAGE.as_uri()]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert picture.stat().st_size > 50_000
