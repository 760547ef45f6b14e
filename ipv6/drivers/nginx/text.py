"""The canonical form of our nginx include: the file itself, without trailing spaces; standard library only."""

from __future__ import annotations

import re

_LISTEN = re.compile(r"^\s*listen\s+(\[[0-9a-f:]+\]|[0-9.]+):(\d+)\b", re.MULTILINE)


def listens(text: str) -> tuple[tuple[str, int], ...]:
    """Every (address, port) that the text listens on, once each, addresses without brackets."""
    found = {(match[1].strip("[]"), int(match[2])) for match in _LISTEN.finditer(text)}
    return tuple(sorted(found))


def without_addresses(text: str, directory: str) -> str:
    """The text with every socket replaced by one in `directory`, for a syntax check that binds no address."""
    return _LISTEN.sub(lambda match: f"    listen unix:{directory}/{_label(match)}", text)


def _label(match: re.Match[str]) -> str:
    return f"{match[1].strip('[]').replace(':', '-')}_{match[2]}"
