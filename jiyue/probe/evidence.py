"""Raw answers on disk, named by their sha256, so that a verdict can be traced and nothing can be changed unseen."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from inventory.atomic import write_whole

_NAME = re.compile(r"[0-9a-f]{64}")


class Evidence:
    """A folder of raw answers; writing the same bytes twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Store and return the sha256 (hex)."""
        name = hashlib.sha256(content).hexdigest()
        target = self._folder / name
        if target.exists():
            return name
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(target, content)
        return name

    def get(self, name: str) -> bytes | None:
        """The stored answer of that name; None when it is missing or no longer has its sha256."""
        if not _NAME.fullmatch(name):
            return None
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == name else None
