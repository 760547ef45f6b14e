"""Raw answers on disk, named by their sha256, so that a verdict can be traced and nothing can be changed unseen."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from inventory.atomic import write_whole

_NAME = re.compile(r"[0-9a-f]{64}")


class Evidence:
    """A folder of raw answers; writing the same bytes twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = set()

    def put(self, content: bytes, durable: bool = True) -> str:
        """Store and return the sha256 (hex); without `durable` a power cut may lose it."""
        name = hashlib.sha256(content).hexdigest()
        target = self._folder / name
        with suppress(OSError):
            if target.stat().st_size == len(content):  # a power cut may have left an empty one
                if name in self._made:
                    os.utime(target)
                return name
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(target, content, durable=durable)
        self._made.add(name)
        return name

    def drop(self, before: float) -> None:
        """Remove what this object stored and last saw before that time (epoch seconds); never what others stored."""
        for name in tuple(self._made):
            target = self._folder / name
            with suppress(OSError):
                if target.stat().st_mtime < before:
                    target.unlink()
            if not target.exists():
                self._made.discard(name)

    def get(self, name: str) -> bytes | None:
        """The stored answer of that name; None when it is missing or no longer has its sha256."""
        if not _NAME.fullmatch(name):
            return None
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == name else None
