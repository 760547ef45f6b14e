"""Every sshd that runs here, with the settings that are in force (`sshd -T`)."""

from __future__ import annotations

import re
from typing import Any

from ._host import commands, said

_LISTENER = re.compile(r"^(?:sshd: )?(\S*/)?sshd\b(?! ?:)(?P<words>.*)")
_SESSION = re.compile(r"\[(net|priv)\]|\s-R\b")
"""What serves one connection, or is just about to (`-R`)."""
_FILE = re.compile(r"\s-f\s+(\S+)")


def read() -> dict[str, Any]:
    """`configs`: file, exit status, the settings as text. The sshd of /etc is told when none runs."""
    files = {file for _, file in listeners()}
    configs = []
    for file in sorted(files) or ["/etc/ssh/sshd_config"]:
        code, out, err = said("/usr/sbin/sshd", "-T", "-f", file)
        configs.append({"file": file, "code": code, "text": out, "error": err[-300:]})
    return {"configs": configs, "running": bool(files)}


def listeners() -> list[tuple[int, str]]:
    """Process and configuration file of every sshd that waits for connections."""
    files = []
    for pid, line in commands():
        found = _LISTENER.match(line)
        if found and not _SESSION.search(line):
            name = _FILE.search(found["words"])
            files.append((pid, name[1] if name else "/etc/ssh/sshd_config"))
    return sorted(files)
