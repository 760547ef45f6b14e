"""One operator at a time per environment; the second one is told who holds it."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inventory.errors import EnvironmentFailed, GateError


@contextmanager
def environment_lock(path: Path, now: str) -> Iterator[None]:
    """Hold the environment's lock file; GateError names process, user and time of whoever holds it.

    The kernel frees it when the holder ends, however it ends, so no lock is ever left behind.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        cause = f"the lock file cannot be opened: {error.strerror}"
        raise EnvironmentFailed(str(path), cause, "give this user the folder") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            cause = f"another apply is running: {_holder(os.pread(handle, 4096, 0))}"
            raise GateError(str(path), cause, "wait until it ends") from error
        holder = {"pid": os.getpid(), "user": _user(), "since": now}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(handle)


def _holder(data: bytes) -> str:
    try:
        found: Any = json.loads(data)
        return f"process {int(found['pid'])} of {found['user']} since {found['since']}"
    except (ValueError, KeyError, TypeError):
        return "it has just begun"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
