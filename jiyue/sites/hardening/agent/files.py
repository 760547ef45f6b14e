"""Files on the host: read, replaced whole or not at all, rights changed without ever following a link."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import stat
import tempfile
from typing import Any

LARGEST = 8 << 20


def read(path: str) -> bytes | None:
    """The bytes of a regular file, None when there is none; OSError for what is no file, or a very large one."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            raise OSError(0, "it is no file, or a very large one", path)
        return file.read()


def digest(data: bytes | None) -> str | None:
    """SHA-256 in hexadecimal; None for no file."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def entry(path: str) -> dict[str, Any]:
    """A file as it can be put back: bytes, mode, owner, times; `data` None when there is none."""
    data = read(path)
    if data is None:
        return {"path": path, "data": None}
    found = os.stat(path)
    return {
        "path": path, "data": base64.b64encode(data).decode(), "mode": stat.S_IMODE(found.st_mode),
        "uid": found.st_uid, "gid": found.st_gid, "mtime": found.st_mtime_ns,
    }  # fmt: skip


def content(kept: dict[str, Any]) -> bytes | None:
    """The bytes of an entry."""
    return None if kept["data"] is None else base64.b64decode(kept["data"])


def put_back(kept: dict[str, Any]) -> None:
    """The file as the entry has it; what was not there goes."""
    data = content(kept)
    if data is None:
        if os.path.lexists(kept["path"]):
            os.unlink(kept["path"])
        return
    write(kept["path"], data, kept["mode"])
    os.chown(kept["path"], kept["uid"], kept["gid"])
    os.chmod(kept["path"], kept["mode"])
    os.utime(kept["path"], ns=(kept["mtime"], kept["mtime"]))


def write(path: str, data: bytes, mode: int) -> None:
    """Replace a file in one step, on disk; one that is there keeps mode, owner and attributes, a new one is root's."""
    path = os.path.realpath(path)  # a link to the file stays one
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".jiyue-")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            if os.path.exists(path):
                shutil.copystat(path, temporary)
                was = os.stat(path)
                os.fchown(handle, was.st_uid, was.st_gid)
                os.fchmod(handle, stat.S_IMODE(was.st_mode))
                os.utime(temporary)
            else:
                os.fchmod(handle, mode)
            os.fsync(handle)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    flush(os.path.dirname(path))


def flush(folder: str) -> None:
    """The folder's names on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folders(path: str) -> list[str]:
    """Make the folders that a file needs; those that were made, outermost first."""
    made, above = [], os.path.dirname(path)
    while not os.path.isdir(above):
        made.append(above)
        above = os.path.dirname(above)
    for one in reversed(made):
        os.mkdir(one, 0o755)
    return made[::-1]


def rights(path: str, was: list[int], now: list[int]) -> str:
    """Mode, uid and gid from `was` to `now`; a word on why not. No link on the way is followed, nor the last one."""
    names = path.strip("/").split("/")
    handle = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, name in enumerate(names):
            kind = os.O_DIRECTORY if number < len(names) - 1 else os.O_NONBLOCK
            inner = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=handle)
            os.close(handle)
            handle = inner
        found = os.fstat(handle)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            return "it is neither a file nor a folder"
        if [stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid] != was:
            return "its rights are others now"
        os.fchown(handle, now[1], now[2])  # first: it clears the bits that chmod sets
        os.fchmod(handle, now[0])
    except OSError as error:
        return error.strerror or str(error)
    finally:
        os.close(handle)
    return ""
