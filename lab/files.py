"""Folders that are private where it matters."""

from __future__ import annotations

from pathlib import Path


def private_dir(path: Path) -> Path:
    """Make `path` (and its parents) readable by its owner only, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path
