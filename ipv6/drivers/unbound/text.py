"""The canonical form of our part of Unbound's configuration; standard library only."""

from __future__ import annotations

import re

PORT = 53
PID, CONTROL = "/run/unbound.pid", "/run/jiyue-unbound.ctl"

_LISTEN = re.compile(r"^\s*interface:\s*([0-9a-f.:]+)\s*$", re.MULTILINE)


def listens(text: str) -> tuple[tuple[str, int], ...]:
    """Every (address, port) that it listens on, in file order."""
    return tuple((match[1], PORT) for match in _LISTEN.finditer(text))
