"""One operator at a time per environment; the second one is told who holds it."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inventory.errors import EnvironmentFailed, GateError


@dataclass(frozen=True, slots=True)
class Holder:
    """Who applies now: the process, its user, since when (UTC), what, and the run's id."""

    pid: int
    user: str
    since: str
    what: str
    run: str

    @property
    def text(self) -> str:
        """As a person reads it."""
        doing = f": {self.what}" if self.what else ""
        return f"process {self.pid} of {self.user} since {self.since}{doing}"


@contextmanager
def environment_lock(path: Path, now: str, what: str = "", run: str = "") -> Iterator[None]:
    """Hold the environment's lock file; GateError names process, user, time and work of whoever holds it.

    The kernel frees it when the holder ends, however it ends, so no lock is ever left behind.
    """
    handle = _open(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            found = _read(handle)
            cause = f"another apply is running: {found.text if found else 'it has just begun'}"
            raise GateError(str(path), cause, "wait until it ends") from error
        held = Holder(os.getpid(), user(), now, what, run)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(asdict(held)).encode(), 0)
        yield
    finally:
        os.close(handle)


def holder(path: Path) -> Holder | None:
    """Who holds the lock right now; None when nobody does."""
    if not path.exists():
        return None
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(handle) or Holder(0, "?", "?", "", "")
    finally:
        os.close(handle)
    return None


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        cause = f"the lock file cannot be opened: {error.strerror}"
        raise EnvironmentFailed(str(path), cause, "give this user the folder") from error


def _read(handle: int) -> Holder | None:
    try:
        found: Any = json.loads(os.pread(handle, 4096, 0))
        return Holder(int(found["pid"]), str(found["user"]), str(found["since"]), str(found["what"]), str(found["run"]))
    except (ValueError, KeyError, TypeError):
        return None


def user() -> str:
    """The user of this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
