"""The worst of an old host put right: old protocol versions, versions told, listings, password logins."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import Any

from jiyue.moving.agent import serve

NGINX = {
    "server_tokens": "off",
    "autoindex": "off",
    "ssl_protocols": "TLSv1.2 TLSv1.3",
    "ssl_ciphers": "HIGH:!aNULL:!MD5",
}
SSHD = {"PasswordAuthentication": "no", "PermitRootLogin": "prohibit-password", "X11Forwarding": "no"}


def harden() -> dict[str, Any]:
    """What was changed, one line each; a file that nginx or sshd would not take stays as it was (`refused`)."""
    changes: list[str] = []
    files = []
    for path in sorted(set(re.findall(r"^# configuration file (/etc/nginx/.*):$", serve.run(["nginx", "-T"]), re.M))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        better = text
        for name, value in NGINX.items():
            better = re.sub(rf"^(\s*{name}\s+)[^;]+;", rf"\g<1>{value};", better, flags=re.M)
        if better != text:
            files.append([path, better, 0o644])
            changes += _said(path, text, better)
    done = serve.put(files) if files else {}
    if "refused" in done:
        return {"changes": [], "refused": done["refused"]}
    for pid, path in _daemons():
        if why := _sshd(pid, path, changes):
            return {"changes": changes, "refused": why}
    return {"changes": changes}


def _sshd(pid: int, path: str, changes: list[str]) -> str:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    better = text
    for name, value in SSHD.items():
        better = re.sub(rf"^{name}\s.*$", f"{name} {value}", better, flags=re.M | re.I)
    if better == text:
        return ""
    serve.write(path, better, 0o600)
    done = subprocess.run(["/usr/sbin/sshd", "-t", "-f", path], capture_output=True, text=True, check=False)
    if done.returncode:
        serve.write(path, text, 0o600)
        return f"sshd: {(done.stderr.strip().splitlines() or ['sshd -t failed'])[0]}"
    os.kill(pid, signal.SIGHUP)
    changes += _said(path, text, better)
    return ""


def _daemons() -> list[tuple[int, str]]:
    """Process and configuration file of every sshd that listens and was told its file."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                line = file.read().decode("utf-8", "replace").replace("\0", " ")
        except OSError:
            continue
        # One that listens has written its own title: `sshd: /usr/sbin/sshd -D -f FILE [listener] ...`.
        match = re.match(r"\S*sshd:? .*-f (\S+)", line)
        if match:
            found.append((int(entry), match[1]))
    return sorted(found)


def _said(path: str, before: str, after: str) -> list[str]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return [f"{path}: {old.strip()} -> {new.strip()}" for old, new in pairs if old != new]
