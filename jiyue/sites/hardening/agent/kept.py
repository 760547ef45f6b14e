"""What a host was like before it was hardened: kept there, byte for byte, until it is taken back.

The first look at a file is what is kept; hardening again adds files and never overwrites one. `pending` says that a run
was interrupted between writing and reloading: the next one reloads even if nothing is left to write.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jiyue.sites.hardening.agent import files

HOME = "/var/lib/jiyue/hardening"
INDEX = "kept.json"


def load(home: str) -> dict[str, Any]:
    """`files` (entry, and `after`: the digest that was written), `rights`, `folders` that were made, `pending`."""
    data = files.read(f"{home}/{INDEX}")
    return json.loads(data) if data else {"files": [], "rights": [], "folders": [], "pending": False}


def save(home: str, kept: dict[str, Any]) -> None:
    """On disk before anything it speaks of is touched."""
    files.write(f"{home}/{INDEX}", json.dumps(kept).encode(), 0o600)


def forget(home: str) -> None:
    """Everything is as it was."""
    os.unlink(f"{home}/{INDEX}")
    files.flush(home)


@contextmanager
def alone(home: str) -> Iterator[None]:
    """One run at a time on a host; BlockingIOError for a second one. What a killed run left half-written goes."""
    os.makedirs(home, mode=0o700, exist_ok=True)
    handle = os.open(f"{home}/lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in os.listdir(home):
            if name.startswith(".jiyue-"):
                os.unlink(f"{home}/{name}")
        yield
        if not os.path.exists(f"{home}/{INDEX}"):
            shutil.rmtree(home, ignore_errors=True)  # nothing of ours stays on a host that is as it was
    finally:
        os.close(handle)
