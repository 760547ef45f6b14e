"""The one way to write a file: whole or not at all. Lives here because every package may import it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int = 0o644, durable: bool = True) -> None:
    """Write so that a reader sees the old file or the new one, never a part, and nothing is left after an error.

    `durable` waits until file and folder are on disk and so survives a power cut. Raises OSError.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_if_changed(path: Path, content: str, mode: int = 0o644) -> bool:
    """`write_whole`, but the same text again leaves the file untouched; gives whether it was written."""
    try:
        if path.read_text(encoding="utf-8") == content:
            return False
    except (OSError, UnicodeDecodeError):
        pass
    write_whole(path, content, mode)
    return True
