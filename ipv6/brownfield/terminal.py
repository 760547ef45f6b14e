"""What a terminal leaves in a saved configuration: paging prompts, control codes, echoed commands, device prompts."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Copying from a window often loses the escape itself and leaves its tail, such as `[42D`.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\[\d{1,3}[DK]")
_MORE = re.compile(r"^\s*(?:-{2,}\s*more\s*-{2,}|<-+\s*more\s*-+>|--\s*更多\s*--)\s*", re.IGNORECASE)
_ECHO = re.compile(
    r"^\s*(?:<[^<>\s]+>|\[[^\[\]\s]+\]|[\w.()-]+[#>])\s*(?:dis|sh|screen-length|quit|return|exit|terminal|wr|save)"
)
_PROMPT = re.compile(r"^\s*(?:<[^<>\s]+>|\[[~*]?[^\[\]\s]+\])\s*$")
MOST_LINE = 4000
"""Characters of one line; what is longer is no configuration."""


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Line numbers (from 1) and lines without what only the terminal put there; trailing space is gone."""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _overwritten(_CONTROL.sub("", raw.rstrip("\r\n")))[:MOST_LINE]
        while match := _MORE.match(line):
            line = line[match.end() :] if line[match.end() :].strip() else ""
            if not line:
                break
            # The pager's line is wiped with spaces; the configuration's own indent is one space (VRP, Comware, FRR).
            line = f" {line.lstrip()}"
        if _ECHO.match(line) or _PROMPT.match(line):
            continue
        yield number, line.rstrip()


def _overwritten(line: str) -> str:
    """Backspaces and carriage returns as a terminal shows them: later characters replace earlier ones."""
    if "\x08" not in line and "\r" not in line:
        return line
    shown: list[str] = []
    at = 0
    for char in line[: MOST_LINE * 2]:
        if char == "\x08":
            at = max(0, at - 1)
        elif char == "\r":
            at = 0
        else:
            shown[at : at + 1] = [char]
            at += 1
    return "".join(shown)
