"""nginx on a host as a site move needs it: what the old one serves a site from, a server added, one replaced."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from typing import Any

from ipv6.agent.sockets import listening

PID = "/run/nginx.pid"
RETIRED = "/var/lib/jiyue/retired"
_WAIT = 10.0
_TOKEN = re.compile(r"\"([^\"]*)\"|'([^']*)'|([{};])|#[^\n]*|([^\s{};]+)")
Directive = tuple[list[str], Any, str]
"""Words, the block below (None without one) and the file it stands in."""


def origin(site: str) -> dict[str, Any]:
    """Where the running configuration serves `site` from: root, index files, access log, certificate and key (PEM)."""
    text = run(["nginx", "-T", "-q"])
    found: dict[str, Any] = {}
    for words, block, file in _servers(text):
        del words
        settings: dict[str, list[str]] = {}
        for inner, _, _ in block:
            settings.setdefault(inner[0], inner[1:])
        names = [name for inner, _, _ in block if inner[0] == "server_name" for name in inner[1:]]
        if site not in names:
            continue
        found.setdefault("file", file)
        found.setdefault("listen", []).extend(" ".join(inner[1:]) for inner, _, _ in block if inner[0] == "listen")
        for key, name in (("root", "root"), ("log", "access_log")):
            if name in settings:
                found[key] = settings[name][0]
        if "index" in settings:
            found["index"] = settings["index"]
        for key, name in (("certificate", "ssl_certificate"), ("key", "ssl_certificate_key")):
            if name in settings:
                found[f"{key}-file"] = settings[name][0]
                with open(settings[name][0], encoding="utf-8") as pem:
                    found[key] = pem.read()
    return found


def _servers(text: str) -> list[Directive]:
    found = []
    for part in re.split(r"^# configuration file (?=.*:$)", text, flags=re.MULTILINE):
        file, _, body = part.partition(":\n")
        stack: list[list[Directive]] = [[]]
        open_: list[list[str]] = []
        words: list[str] = []
        for match in _TOKEN.finditer(body):
            if match[3] == "{":
                open_.append(words)
                stack.append([])
                words = []
            elif match[3] == "}":
                if not open_:
                    break
                block = stack.pop()
                head = open_.pop()
                stack[-1].append((head, block, file))
                if head == ["server"]:
                    found.append((head, block, file))
                words = []
            elif match[3] == ";":
                if words:
                    stack[-1].append((words, None, file))
                words = []
            else:
                word = next((one for one in (match[1], match[2], match[4]) if one is not None), None)
                if word is not None:
                    words.append(word)
    return found


def put(files: list[list[Any]]) -> dict[str, Any]:
    """Write files ([path, text, mode]; None: away with it) and let nginx take them; as before if it refuses."""
    before = {path: _read(path) for path, _, _ in files}
    if all(before[path] == text for path, text, _ in files):
        return {"changed": False}
    for path, text, mode in files:
        write(path, text, mode)
    if why := _load():
        for path, _, mode in files:
            write(path, before[path], mode)
        return {"refused": why}
    return {"changed": True}


def _load() -> str:
    """Why nginx does not take what is written, or nothing once it serves it."""
    done = subprocess.run(["nginx", "-t", "-q"], capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["nginx -t failed"])[0]
    try:
        reload()
    except TimeoutError as error:
        return str(error.strerror)
    return ""


def reload() -> None:
    """Let nginx read everything again, and wait until no worker of before takes requests.

    TimeoutError when one still does after `_WAIT` seconds: nginx has not taken what it was given.
    """
    with open(PID, encoding="ascii") as file:
        pid = int(file.read())
    old = _children(pid)
    os.kill(pid, signal.SIGHUP)
    deadline = time.monotonic() + _WAIT
    while any(listening("tcp", child) for child in old):
        if time.monotonic() > deadline:
            raise TimeoutError(0, f"{PID}: nginx still serves what it read before")
        time.sleep(0.02)


def _children(pid: int) -> set[str]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return set(file.read().split())
    except OSError:
        return set()


def log_size(log: str) -> dict[str, Any]:
    """How long the access log is, in bytes."""
    try:
        return {"size": os.stat(log).st_size}
    except OSError:
        return {"size": 0}


def log_since(log: str, size: int, site: str) -> dict[str, Any]:
    """How many requests were written after `size` bytes, without those of our own checks."""
    try:
        with open(log, "rb") as file:
            file.seek(size if os.fstat(file.fileno()).st_size >= size else 0)
            lines = file.read().splitlines()
    except OSError:
        return {"requests": 0, "last": ""}
    del site
    other = [line for line in lines if b"jiyue-move" not in line]
    return {"requests": len(other), "last": other[-1][:200].decode("utf-8", "replace") if other else ""}


def retire(file: str, site: str, text: str) -> dict[str, Any]:
    """Put `text` in place of the old configuration of the site, which is kept; a second time changes nothing."""
    kept = os.path.join(RETIRED, f"{site}.conf")
    if not os.path.exists(kept):
        old = _read(file)
        if old is None:
            return {"refused": f"{file} is not there"}
        write(kept, old, 0o600)
    return put([[file, text, 0o644]])


def revive(file: str, site: str) -> dict[str, Any]:
    """The old configuration of the site as it was."""
    kept = os.path.join(RETIRED, f"{site}.conf")
    old = _read(kept)
    if old is None:
        return {"changed": False}
    done = put([[file, old, 0o644]])
    if "refused" not in done:
        os.unlink(kept)
    return done


def run(argv: list[str]) -> str:
    """Standard output of a command; OSError when it fails."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(0, f"{argv[0]}: {(done.stderr.strip().splitlines() or ['it failed'])[-1]}")
    return done.stdout


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path: str, text: str | None, mode: int) -> None:
    """A file whole or not at all, on disk; None takes it away."""
    if text is None:
        if os.path.lexists(path):
            os.unlink(path)
        return
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".jiyue-")
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    os.replace(temporary, path)
