"""The canonical form of a Knot configuration: the file without trailing spaces; standard library only."""

from __future__ import annotations

import re

PORT = 53
_LISTEN = re.compile(r"^\s*listen:\s*([0-9a-f.:]+)@\d+\s*$", re.MULTILINE)

SINK = "unix:/run/jiyue-queries/queries.sock"
"""Where questions are reported (`ipv6/querylog/install.py`)."""
_SINK = re.compile(r'^\s*sink: "unix:([^"]+)"$', re.MULTILINE)


def listens(text: str) -> tuple[tuple[str, int], ...]:
    """Every (address, port) of the server, in file order; the driver writes no port but 53."""
    return tuple((match[1], PORT) for match in _LISTEN.finditer(text))


def sink(text: str) -> str:
    """The socket to which questions are reported; empty when they are not."""
    match = _SINK.search(text)
    return match[1] if match else ""
