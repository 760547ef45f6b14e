"""The canonical form of an nftables table as `nft list table` prints it; standard library only.

Counters, handles and line wrapping are left out. The canonical text can be loaded again as it is.
"""

from __future__ import annotations

import re

_COUNTER = re.compile(r"\bcounter packets \d+ bytes \d+")
_HANDLE = re.compile(r"\s*# handle \d+$")
_ELEMENTS = re.compile(r"(elements = )\{\s*(.*?)\s*\}", re.DOTALL)


def normalise(text: str) -> str:
    """The canonical text of a listing; idempotent, empty for a missing or empty table."""
    joined = _ELEMENTS.sub(lambda match: f"{match[1]}{{ {', '.join(_words(match[2]))} }}", text)
    lines: list[str] = []
    depth = 0
    for raw in joined.splitlines():
        line = _COUNTER.sub("counter", _HANDLE.sub("", raw)).strip()
        if not line or line.startswith("#"):
            continue
        opens, closes = line.endswith("{"), line == "}"
        depth -= closes
        lines.append("\t" * depth + line)
        depth += opens
    return "".join(f"{line}\n" for line in lines)


def _words(elements: str) -> list[str]:
    return [" ".join(word.split()) for word in elements.split(",") if word.strip()]


def transaction(text: str) -> str:
    """The commands that replace the table by `text` (empty: remove it) in one kernel transaction."""
    return f"table inet jiyue {{}}\ndelete table inet jiyue\n{text}"
