"""What a run of Ansible says of its hosts: one line of JSON per event, appended as it happens, read when it has ended.

One write per event and no file per event; a line that was cut short by a kill is left out, so what a host answered
before stays known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VARIABLE = "JIYUE_EVENTS"
"""The environment variable that tells Ansible's plugins the file."""


class Sink:
    """The file, open for appending; one write per event, so events of several processes never mix."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def add(self, kind: str, host: str, result: Mapping[str, Any]) -> None:
        """Add one event; `kind` and the fields are named as ansible-runner names them."""
        event = {"event": kind, "event_data": {"host": host, "res": dict(result)}}
        line = json.dumps(event, separators=(",", ":"), default=str).encode() + b"\n"
        while line:  # a regular file takes it at once, unless the disk is full, which raises
            line = line[os.write(self._handle, line) :]

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


def read(path: Path) -> Iterator[Mapping[str, Any]]:
    """Every whole event, oldest first; none when there is no file."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return
    for line in text.split(b"\n")[:-1]:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
