"""Raw answers on disk, named by their sha256, so that a verdict can be traced and nothing can be changed unseen."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


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
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return name
