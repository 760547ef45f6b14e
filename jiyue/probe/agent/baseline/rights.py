"""Who may read the keys, and who may change the configuration and the pages."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from glob import glob
from typing import Any

from ._host import commands, text
from .nginx import read as nginx

MOST = 300_000
"""Entries below the web roots that are looked at."""
SHOWN = 200
SECRET = ("/etc/shadow", "/etc/gshadow", "/etc/ssh/ssh_host_*_key")
CONFIGURATION = ("/etc/nginx", "/etc/ssh", "/etc/logrotate.d")
_KEY_GROUPS = frozenset({"root", "shadow", "ssl-cert"})


def read() -> dict[str, Any]:
    """Files with rights that are too wide (path, octal mode, owner): `keys`, `config`, `pages`; `seen` counts pages."""
    found, facts = loose(nginx()["servers"])
    count = {kind: len(entries) for kind, entries in found.items()}
    return {**{kind: entries[:SHOWN] for kind, entries in found.items()}, "count": count, **facts}


def loose(servers: list[dict[str, Any]]) -> tuple[dict[str, list[dict[str, str]]], dict[str, Any]]:
    """All of them by kind, and what was looked at: `seen`, `cut`, `worker`, `secrets`, `roots`."""
    secret = {path for pattern in SECRET for path in glob(pattern)} | {key for one in servers for key in one["keys"]}
    roots = _outermost({root for one in servers for root in one["roots"]})
    worker = _worker()
    keys = [entry for path in sorted(secret) if (entry := _described(path)) and _open_secret(entry)]
    config = [entry for path in _below(CONFIGURATION, MOST) if (entry := _described(path)) and _loose(entry, "")]
    pages, seen = [], 0
    for path in _below(roots, MOST):
        seen += 1
        if (entry := _described(path)) and _loose(entry, worker):
            pages.append(entry)
    facts = {"seen": seen, "cut": seen >= MOST, "worker": worker, "secrets": len(secret), "roots": list(roots)}
    return {"keys": keys, "config": config, "pages": pages}, facts


def _worker() -> str:
    """The user that the web server's workers are."""
    for pid, line in commands():
        if line.startswith("nginx: worker process"):
            found = text(f"/proc/{pid}/status").partition("\nUid:")[2].split()
            return _user(int(found[1])) if len(found) > 1 and found[1] != "0" else ""
    return ""


def _outermost(roots: set[str]) -> tuple[str, ...]:
    found: list[str] = []
    for root in sorted(os.path.realpath(one) for one in roots):
        if not any(root == one or root.startswith(f"{one.rstrip('/')}/") for one in found) and root != "/":
            found.append(root)
    return tuple(found)


def _below(roots: tuple[str, ...], most: int) -> Iterator[str]:
    left, waiting = most, [root for root in reversed(roots) if os.path.isdir(root)]
    while waiting and left > 0:
        folder = waiting.pop()
        yield folder
        try:
            entries = sorted(os.scandir(folder), key=lambda one: one.name)
        except OSError:
            continue
        for entry in entries:
            left -= 1
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path
            if left <= 0:
                return


def _described(path: str) -> dict[str, str] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    mode = f"{stat.S_IMODE(found.st_mode):04o}"
    return {"path": path, "mode": mode, "owner": _user(found.st_uid), "group": _group(found.st_gid)}


def _open_secret(entry: dict[str, str]) -> bool:
    """Readable or writable for others, or for a group that has no business there."""
    mode = int(entry["mode"], 8)
    return bool(mode & 0o007 or mode & 0o030 or (mode & 0o040 and entry["group"] not in _KEY_GROUPS))


def _loose(entry: dict[str, str], worker: str) -> bool:
    """Writable for everybody, or for the web server itself."""
    mode = int(entry["mode"], 8)
    mine = worker and ((entry["owner"] == worker and mode & 0o200) or (entry["group"] == worker and mode & 0o020))
    return bool(mode & 0o002 or mine)


def for_keys(gid: int) -> bool:
    """Whether that group may read keys."""
    return _group(gid) in _KEY_GROUPS


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
