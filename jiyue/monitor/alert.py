"""Telling somebody: a command of the operator's, run without a shell, with what happened as JSON on standard input."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Sequence

from inventory.errors import InputError
from ipv6.verify.regression import Event

SCHEMA = "jiyue/alert/1"
MOST = 200
"""Events that one message carries; `total` says how many there were."""
PATIENCE = 30.0
"""Seconds that the command may take."""


def command(text: str) -> tuple[str, ...]:
    """The words of `--alert-cmd`, split as a shell would and never given to one; InputError for what cannot be run."""
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise InputError("--alert-cmd", f"cannot be split into words: {error}", "close the quotation") from error
    if not words or shutil.which(words[0]) is None:
        raise InputError("--alert-cmd", f"{words[0] if words else '(empty)'} is no program", "give a program's path")
    return words


def message(environment: str, at: str, events: Sequence[Event]) -> bytes:
    """The JSON that the command reads; `at` is UTC text."""
    document = {
        "schema": SCHEMA, "environment": environment, "at": at, "total": len(events),
        "events": [one.data() for one in events[:MOST]],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def tell(words: Sequence[str], said: bytes, patience: float = PATIENCE) -> str:
    """Run the command; empty when it ended with 0, otherwise why not."""
    try:
        done = subprocess.run(
            list(words), input=said, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the alert command did not end within {patience:.0f} s"
    except OSError as error:
        return f"the alert command cannot be started: {error.strerror}"
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return f"the alert command ended with {done.returncode}: {last[0][:200] if last else 'no reason'}"
    return ""
