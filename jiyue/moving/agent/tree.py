"""A site's folder read without ever leaving it: no link is followed, a strange name is told, never opened."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from typing import Any

from jiyue.library.paths import why_not

CHUNK = 1 << 20
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def scan(root: str) -> dict[str, Any]:
    """Every file as [path, size, sha256, time], and what is refused as [name, reason, the name's bytes in hex].

    OSError for the root itself.
    """
    files: list[tuple[str, int, str, str]] = []
    refused: list[tuple[str, str, str]] = []
    top = os.open(root, DIRECTORY)
    try:
        _folder(top, "", files, refused)
    finally:
        os.close(top)
    return {"files": sorted(files), "refused": sorted(refused)}


def _folder(
    folder: int, before: str, files: list[tuple[str, int, str, str]], refused: list[tuple[str, str, str]]
) -> None:
    for name in sorted(os.listdir(folder)):
        path = f"{before}{name}"
        raw = os.fsencode(path).hex()
        if why := why_not(path):
            refused.append((ascii(path), why, raw))
            continue
        try:
            kind = os.lstat(name, dir_fd=folder).st_mode
            if stat.S_ISLNK(kind):
                refused.append((path, f"it is a link to {os.readlink(name, dir_fd=folder)!a}", raw))
            elif stat.S_ISDIR(kind):
                below = os.open(name, DIRECTORY, dir_fd=folder)
                try:
                    _folder(below, f"{path}/", files, refused)
                finally:
                    os.close(below)
            elif stat.S_ISREG(kind):
                files.append((path, *_read(folder, name)))
            else:
                refused.append((path, "it is neither a file nor a folder", raw))
        except FileNotFoundError:
            continue  # it went while we looked; the next look says so
        except OSError as error:
            refused.append((path, f"it cannot be read: {error.strerror}", raw))


def _read(folder: int, name: str) -> tuple[int, str, str]:
    handle = os.open(name, FILE, dir_fd=folder)
    with open(handle, "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it is no file any more")
        size, digest = 0, hashlib.sha256()
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(os.fstat(handle).st_mtime))
    return size, digest.hexdigest(), at


def open_below(root: int, path: str) -> int:
    """A descriptor of a file below `root`, every folder on the way opened as a folder and no link; OSError."""
    if why := why_not(path):
        raise OSError(0, why)
    *folders, name = path.split("/")
    at = os.dup(root)
    try:
        for part in folders:
            below = os.open(part, DIRECTORY, dir_fd=at)
            os.close(at)
            at = below
        return os.open(name, FILE, dir_fd=at)
    finally:
        os.close(at)


def chunks(handle: int, size: int) -> Iterator[bytes]:
    """Exactly `size` bytes of a file: cut when it has grown, filled up when it shrank (its hash tells)."""
    left = size
    with open(handle, "rb", buffering=0) as stream:
        while left:
            chunk = stream.read(min(CHUNK, left)) or bytes(min(CHUNK, left))
            left -= len(chunk)
            yield chunk
