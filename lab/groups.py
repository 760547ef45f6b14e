"""The control groups that a lab's real nodes made: removed when it is down, in every hierarchy."""

from __future__ import annotations

import os
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_SECONDS = 5.0


def remove_groups(name: str, root: Path = ROOT) -> None:
    """Remove the groups below `name` of every hierarchy; one whose last process still ends is tried again."""
    deadline = time.monotonic() + _SECONDS
    while True:
        left = [top for top in (root / name, *root.glob(f"*/{name}")) if top.is_dir() and not _remove(top)]
        if not left or time.monotonic() > deadline:
            return
        time.sleep(0.05)


def _remove(top: Path) -> bool:
    gone = True
    for folder, _, _ in os.walk(top, topdown=False):
        try:
            Path(folder).rmdir()
        except OSError:
            gone = False
    return gone
