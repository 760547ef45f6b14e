"""Writes one export: everything is rendered first, then each file is written whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, InputError
from jiyue.exchange.zones_out import raised, same_but_serial

FORMATS = ("xlsx", "netbox-csv", "reverse-zones", "ansible", "json")


def write(into: Path, files: Mapping[str, str | bytes]) -> dict[str, bool]:
    """Write the files into the folder (made when missing); True for those that changed.

    A zone file whose records are the same keeps its serial and stays untouched. InputError when the folder is a file,
    EnvironmentFailed when the disk refuses.
    """
    if into.exists() and not into.is_dir():
        raise InputError(str(into), "is a file", "name a folder")
    done: dict[str, bool] = {}
    try:
        into.mkdir(parents=True, exist_ok=True)
        ready: dict[str, str | bytes] = {}
        for name, content in files.items():
            old = _old(into / name)
            if isinstance(content, str) and name.endswith(".zone"):
                text = old.decode("utf-8", "replace")
                content = text if same_but_serial(text, content) else raised(text, content)
            encoded = content.encode() if isinstance(content, str) else content
            done[name] = encoded != old
            ready[name] = content
        for name, content in ready.items():
            if done[name]:
                write_whole(into / name, content)
    except OSError as error:
        if isinstance(error, EnvironmentFailed):
            raise
        cause = f"cannot be written: {error.strerror or error}"
        raise EnvironmentFailed(str(into), cause, "give this user the folder") from None
    return done


def _old(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
