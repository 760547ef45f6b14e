"""What a database says when it fails, as cause and fix for a person; never a password."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import psycopg

from inventory.errors import EnvironmentFailed

DAMAGED = "keep the file for inspection and restore the last backup: jiyue store restore FILE --replace"
GIVE = "give this user the file and its folder"
WRITE_LOCK_BYTE = 120  # WAL_WRITE_LOCK of the -shm file (SQLite, walformat: locking)


class StoreDamaged(EnvironmentFailed):
    """The file is no database, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong and what to do about it."""

    cause: str
    fix: str


def explain(error: BaseException | None, wait: float, holder: str = "") -> Trouble:
    """Cause and fix of a driver's error; `holder` says who has the write lock, where that is known."""
    if isinstance(error, psycopg.Error):
        return _postgresql(error, wait, holder)
    text = str(error)
    if isinstance(error, sqlite3.OperationalError) and ("locked" in text or "busy" in text):
        who = holder or "another process"
        return Trouble(f"{who} has held the store for {wait:g} s", "let it finish, then try again")
    if isinstance(error, sqlite3.OperationalError) and ("readonly" in text or "unable to open" in text):
        return Trouble(f"the store cannot be written: {text}", GIVE)
    if "full" in text:
        return Trouble(f"the store cannot be written: {text}", "free some disk space")
    if "disk I/O error" in text:
        return Trouble(
            f"the store cannot be read or written: {text}", "look at the disk, its space and this user's limits"
        )
    if is_damage(error):
        return Trouble(f"the store is damaged: {text}", DAMAGED)
    return Trouble(f"the store refused: {text}", DAMAGED)


def is_busy(error: BaseException | None) -> bool:
    """Whether somebody else had the lock for too long."""
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return True
    return isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error))


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that the file itself is wrong."""
    text = str(error)
    return isinstance(error, sqlite3.Error) and ("not a database" in text or "malformed" in text)


def file_holder(path: Path) -> str:
    """The process that holds SQLite's write lock, from /proc/locks; empty text when that cannot be told."""
    shared = path.with_name(f"{path.name}-shm")
    try:
        inode = shared.stat().st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return ""
    for line in lines:
        words = line.split()
        if len(words) < 8 or words[3] != "WRITE" or words[5].rsplit(":", 1)[-1] != str(inode):
            continue
        if int(words[6]) <= WRITE_LOCK_BYTE and words[4] != str(os.getpid()):
            return f"{_command(words[4])} (pid {words[4]})"
    return ""


def _command(pid: str) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "a process"
    names = [Path(word.decode("utf-8", "replace")).name for word in words[:3] if word and not word.startswith(b"-")]
    return " ".join(names[:3]) or "a process"


def _postgresql(error: psycopg.Error, wait: float, holder: str) -> Trouble:
    text = " ".join((error.diag.message_primary or str(error)).split())
    if isinstance(error, psycopg.errors.LockNotAvailable):
        who = holder or "another session"
        return Trouble(f"{who} has held the store for {wait:g} s", "let it finish, then try again")
    if isinstance(error, psycopg.errors.InvalidPassword | psycopg.errors.InvalidAuthorizationSpecification):
        return Trouble(f"the server refused the login: {text}", "put the password into PGPASSFILE or PGPASSWORD")
    if isinstance(error, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
        return Trouble(f"the server does not allow it: {text}", "give this user its own schema in the database")
    if isinstance(error, psycopg.errors.DiskFull):
        return Trouble(f"the store cannot be written: {text}", "free some disk space on the server")
    if isinstance(error, psycopg.OperationalError):
        if "password" in text:
            return Trouble(f"the server refused the login: {text}", "put the password into PGPASSFILE or PGPASSWORD")
        return Trouble(f"the server cannot be reached: {text}", "start it, or look at the address in JIYUE_STORE")
    return Trouble(f"the store refused: {text}", "look at the server's log")
