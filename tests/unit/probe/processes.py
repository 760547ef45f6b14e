"""Processes that a test looks after."""

from __future__ import annotations

from pathlib import Path


def alive(pid: int | str) -> bool:
    """Whether it runs still; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
