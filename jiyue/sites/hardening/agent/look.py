"""What a host's settings are, as texts, for whoever renders better ones; nothing is changed."""

from __future__ import annotations

import glob
import os
import pwd
import stat
from typing import Any

from jiyue.probe.agent.baseline import clock, logs, nginx, rights, sshd
from jiyue.sites.hardening.agent import files, kept

OWN = ("/etc/nginx/jiyue-hardening.conf", "/etc/ssh/jiyue-hardening.d/*", "/etc/systemd/journald.conf.d/zz-jiyue.conf")
OTHER = ("/etc/login.defs", logs.MAIN)


def look(home: str = kept.HOME) -> dict[str, Any]:
    """Texts of the files concerned, what nginx and sshd say of themselves, files with rights that are too wide."""
    web, problem = nginx.texts()
    daemons = sshd.read()["configs"]
    wide, facts = rights.loose(nginx.effective(web))
    names = {
        *web, *OTHER, *(one["file"] for one in daemons),
        *(f"{logs.FOLDER}/{name}" for name in logs.listed(logs.FOLDER)),
        *(path for pattern in OWN for path in glob.glob(pattern)),
    }  # fmt: skip
    texts, unread = {}, {}
    for name in sorted(names):
        try:
            data = files.read(name)
            if data is not None:
                texts[name] = data.decode("utf-8")
        except UnicodeDecodeError:
            unread[name] = "it is not UTF-8"
        except OSError as error:
            unread[name] = error.strerror or str(error)
    said = logs.read()
    time = clock.read()
    return {
        "state": "looked", "texts": texts, "unread": unread,
        "nginx": {"present": nginx.present(), "error": problem, "files": list(web)},
        "sshd": [{**one, "keys": _keys(one["text"])} for one in daemons],
        "journal": said["journal"], "journald": said["journald"],
        "clock": bool(time["daemon"]) or time["disciplined"] is True,
        "rights": [
            found for kind, entries in wide.items() for entry in entries if (found := _now(kind, entry["path"]))
        ],
        "worker": _ids(facts["worker"]), "pending": bool(kept.load(home)["pending"]),
        "kept": [one["path"] for one in kept.load(home)["files"]],
    }  # fmt: skip


def _now(kind: str, path: str) -> dict[str, Any] | None:
    try:
        path = os.path.realpath(path)
        found = os.lstat(path)
    except OSError:
        return None
    was = [stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid]
    return {"kind": kind, "path": path, "was": was, "keeps": rights.for_keys(found.st_gid)}


def _ids(name: str) -> tuple[int, int]:
    """User and group of the web server's workers; -1 when there is none."""
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        return -1, -1
    return user.pw_uid, user.pw_gid


def _keys(settings: str) -> bool:
    """Whether some account could still log in by key: one has a key where this sshd looks for it."""
    lines = (line.split() for line in settings.splitlines())
    patterns = next((words[1:] for words in lines if words[:1] == ["authorizedkeysfile"]), [])
    for account in pwd.getpwall():
        for pattern in patterns:
            path = pattern.replace("%h", account.pw_dir).replace("%u", account.pw_name).replace("%%", "%")
            path = path if path.startswith("/") else f"{account.pw_dir}/{path}"
            try:
                data = files.read(path) or b""
            except OSError:
                continue
            if any(line.strip() and not line.lstrip().startswith(b"#") for line in data.splitlines()):
                return True
    return False
