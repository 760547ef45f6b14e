"""The library's bytes on a host: one file per sha256, whole or not at all; sites are laid out from them."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from jiyue.library.paths import why_not
from jiyue.moving.agent import tree

GONE = (1 << 64) - 1
FULL = (errno.ENOSPC, errno.EDQUOT)


def send(root: str, paths: Sequence[str], out: BinaryIO) -> None:
    """Each file as its length (8 bytes, big endian) and its bytes; `GONE` for one that is not there any more."""
    top = os.open(root, tree.DIRECTORY)
    for path in paths:
        try:
            handle = tree.open_below(top, path)
        except OSError:
            out.write(struct.pack(">Q", GONE))
            continue
        size = os.fstat(handle).st_size
        out.write(struct.pack(">Q", size))
        for chunk in tree.chunks(handle, size):
            out.write(chunk)
    out.flush()


def held(library: str, digests: Sequence[str]) -> list[str]:
    """Those that the library has already."""
    return [digest for digest in digests if os.path.exists(_blob(library, digest))]


def receive(library: str, wanted: Sequence[Sequence[Any]], stream: BinaryIO) -> dict[str, Any]:
    """Take what `send` gives for `wanted` ([path, size, sha256]): what has the right hash is kept, the rest named.

    When the disk is full everything that came with this call is taken away again.
    """
    waiting = os.path.join(library, "waiting")
    os.makedirs(waiting, mode=0o700, exist_ok=True)
    new: list[str] = []
    changed: list[str] = []
    temporary = os.path.join(waiting, f"blob-{os.getpid()}")
    try:
        free = os.statvfs(library)
        need = 2 * sum(int(size) for _, size, _ in wanted)  # once in the library, once where it is served
        if need > free.f_bavail * free.f_frsize:
            return {"full": f"{need} bytes are needed, {free.f_bavail * free.f_frsize} are free"}
        for path, _, digest in wanted:
            (size,) = struct.unpack(">Q", _exactly(stream, 8))
            if size == GONE:
                changed.append(path)
                continue
            if _take(stream, size, temporary) != digest:
                changed.append(path)
                continue
            target = _blob(library, digest)
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            if not os.path.exists(target):
                os.replace(temporary, target)
                new.append(target)
        sync(library)
    except OSError as error:
        for target in new:
            os.unlink(target)
        if error.errno in FULL:
            return {"full": error.strerror}
        raise
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
    return {"stored": len(new), "changed": changed}


def _take(stream: BinaryIO, size: int, path: str) -> str:
    digest, left = hashlib.sha256(), size
    with open(path, "wb") as file:
        while left:
            chunk = _exactly(stream, min(left, tree.CHUNK))
            digest.update(chunk)
            file.write(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise OSError(0, "the other side stopped sending")
    return data


def lay_out(library: str, records: Sequence[Sequence[str]], releases: str, release: str, link: str) -> dict[str, Any]:
    """Make `releases/release` from records ([path, sha256]) and nothing else, then point `link` to it.

    What has no blob with its own hash is refused, and nothing is changed then.
    """
    target = os.path.join(releases, release)
    if os.path.lexists(link) and not os.path.islink(link):
        return {"refused": [[link, "there is something else in its place"]]}
    if not os.path.isdir(target):
        part = f"{target}.part"
        shutil.rmtree(part, ignore_errors=True)
        refused = []
        try:
            os.makedirs(part, mode=0o755)
            for path, digest in records:
                if why := why_not(path) or copy(library, digest, os.path.join(part, path)):
                    refused.append([path, why])
            sync(part)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            if error.errno in FULL:
                return {"full": error.strerror}
            raise
        if refused:
            shutil.rmtree(part, ignore_errors=True)
            return {"refused": refused}
        os.rename(part, target)
    os.makedirs(os.path.dirname(link), exist_ok=True)
    point(link, target)
    return {"root": target}


def point(link: str, target: str) -> None:
    """Make `link` lead to `target`, in one step."""
    temporary = f"{link}.new"
    if os.path.lexists(temporary):
        os.unlink(temporary)
    os.symlink(target, temporary)
    os.replace(temporary, link)


def copy(library: str, digest: str, target: str) -> str:
    """Write a blob to `target`, whole or not at all; why not, when the library does not have it as it should be."""
    try:
        handle = os.open(_blob(library, digest), tree.FILE)
    except FileNotFoundError:
        return "it is not in the library"
    os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
    temporary = os.path.join(os.path.dirname(target), f".jiyue-{os.getpid()}")
    seen = hashlib.sha256()
    try:
        with open(handle, "rb") as source, open(temporary, "wb") as file:
            while chunk := source.read(tree.CHUNK):
                seen.update(chunk)
                file.write(chunk)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        if seen.hexdigest() != digest:
            return "the library's own copy is damaged"
        os.replace(temporary, target)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
    return ""


def _blob(library: str, digest: str) -> str:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise OSError(0, f"{digest[:80]!r} is no sha256")
    return os.path.join(library, "blobs", digest[:2], digest)


def sync(path: str) -> None:
    """Wait until the file system of `path` is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        ctypes.CDLL(None).syncfs(handle)
    finally:
        os.close(handle)
