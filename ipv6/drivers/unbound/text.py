"""The canonical form of our part of Unbound's configuration; standard library only."""

from __future__ import annotations

import re

PID, CONTROL = "/run/unbound.pid", "/run/jiyue-unbound.ctl"

_LISTEN = re.compile(r"^\s*interface:\s*([0-9a-f.:]+)\s*$", re.MULTILINE)


def listens(text: str) -> tuple[str, ...]:
    """The addresses it listens on, in file order."""
    return tuple(match[1] for match in _LISTEN.finditer(text))
