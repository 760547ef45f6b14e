"""What a command line shows, as lines: cursor moves played, the pager and prompts found; pure.

Sources: VRP 8 prompts `<X>`, `[~X]`, `[*X]` (NE40E feature description, two-phase validation mode); `[X]` in immediate
mode and on Comware; both page with `---- More ----`.
"""

from __future__ import annotations

import re

MORE = re.compile(r"-{2,}\s*More\s*(?:\([^)]*\))?\s*-{2,}\s*$")
QUESTION = re.compile(r"\[\s*[Yy](?:\([^)]*\)|es)?\s*/\s*[Nn][^\]]*\]\s*[:?]?\s*$")
PASSWORD = re.compile(r"(?i)(?:password|passphrase)[^\n]*:\s*$")
ANY_PROMPT = re.compile(r"(?:<[\w.()/-]{1,64}>|\[[~*]?[\w.()/-]{1,160}\])\s*$")
_SEQUENCE = re.compile(r"\x1b\[(\d*)(?:;\d*)*([A-Za-z])|\x1b[()][0-9A-Za-z]|\x1b[=>78]")
MAX_SCREEN = 8_000_000
"""Characters that a device may say in answer to one command."""


def shown(text: str) -> str:
    """The text as a reader sees it: carriage returns, backspaces and cursor moves overwrite what was there."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(raw: str) -> str:
    if not re.search(r"[\r\b\x1b\x00\x07]", raw):
        return raw
    cells: list[str] = []
    at = column = 0
    while at < len(raw):
        match = _SEQUENCE.match(raw, at)
        if match:
            column = _moved(cells, column, int(match[1] or 1), match[2] or "")
            at = match.end()
            continue
        character = raw[at]
        at += 1
        if character == "\r":
            column = 0
        elif character == "\b":
            column = max(0, column - 1)
        elif character >= " " or character == "\t":
            cells[column : column + 1] = [character]
            column += 1
    return "".join(cells).rstrip() if raw.endswith("\r") or "\x1b" in raw or "\b" in raw else "".join(cells)


def _moved(cells: list[str], column: int, count: int, what: str) -> int:
    if what == "D":
        return max(0, column - count)
    if what == "K":
        del cells[column:]
    if what == "C":
        cells += [" "] * (column + count - len(cells))
        return column + count
    return column


def last_line(text: str) -> str:
    """What stands at the cursor."""
    return shown(text.rpartition("\n")[2]).strip()


def is_prompt(line: str, names: frozenset[str]) -> bool:
    """Whether a line is the prompt of a device that has one of these names; any name when none is known yet."""
    if not names:
        return bool(ANY_PROMPT.fullmatch(line))
    found = re.fullmatch(r"<(?P<user>[^<>]+)>|\[[~*]?(?P<view>[^\[\]]+)\]", line)
    if not found:
        return False
    user, view = found["user"], found["view"]
    return user in names if user else any(view == name or view.startswith(f"{name}-") for name in names)


def without_echo(text: str, command: str) -> str:
    """What follows the echo of the command, however the terminal wrapped it."""
    at = 0
    for wanted in "".join(command.split()):
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text) or text[at] != wanted:
            return text
        at += 1
    return text[at:].removeprefix("\n")
