"""Where the project lies, and how a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from inventory.errors import EnvironmentFailed

PROVINCE = "hunan"


def find_root(start: Path) -> Path:
    """The checkout around `start` (or around this file): the folder with Pulumi.yaml and inventory/."""
    for base in (start, Path(__file__).resolve().parent):
        for folder in (base, *base.parents):
            if (folder / "Pulumi.yaml").is_file() and (folder / "inventory").is_dir():
                return folder
    raise EnvironmentFailed(str(start), "no jiyue project here", "change into the checkout")


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all, durably; the same text again leaves it untouched."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.read_text(encoding="utf-8") == text:
            return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
