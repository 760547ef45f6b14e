"""How long logs are kept: what logrotate and journald are told."""

from __future__ import annotations

import os
import re
from typing import Any

from ._host import commands, text

FOLDER = "/etc/logrotate.d"
MAIN = "/etc/logrotate.conf"
JOURNAL = "/etc/systemd/journald.conf"
BLOCK = re.compile(r"^(?P<paths>[^#{}\n][^{}]*)\{(?P<body>[^{}]*)\}", re.MULTILINE)
"""One block: the paths, then what holds for them."""
EVERY = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}
"""Days between two rotations."""
NOTHING_SAID = {"every": 7.0, "rotate": 0.0}
"""logrotate(8): weekly, and old ones are removed at once."""


def read() -> dict[str, Any]:
    """`rotated`: file, paths, days kept (None: until the disk says otherwise); `journal`: settings in force, if any."""
    main = text(MAIN)
    outside = BLOCK.sub("", main)
    inherited = settings(outside, NOTHING_SAID)
    rotated = []
    for file in [MAIN, *(f"{FOLDER}/{name}" for name in listed(FOLDER))]:
        for block in BLOCK.finditer(text(file)):
            found = settings(block["body"], inherited)
            rotated.append({"file": file, "paths": " ".join(block["paths"].split()), "days": days(found)})
    return {"rotated": rotated, "journal": _journal(), "journald": any("systemd-journald" in x for _, x in commands())}


def settings(body: str, before: dict[str, float]) -> dict[str, float]:
    """`every` (days), `rotate` (how many are kept) and `maxage` (days) of a block within what holds around it."""
    found = dict(before)
    for line in body.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] in EVERY:
            found["every"] = EVERY[words[0]]
        elif words[0] in ("rotate", "maxage") and len(words) == 2 and words[1].lstrip("-").isdigit():
            found[words[0]] = float(words[1])
    return found


def days(found: dict[str, float]) -> float | None:
    """How long a log is kept; None for ever."""
    kept = None if found["rotate"] < 0 else found["rotate"] * found["every"]
    age = found.get("maxage", 0.0)
    if not age:
        return kept
    return age if kept is None else min(kept, age)


def _journal() -> dict[str, str]:
    found: dict[str, str] = {}
    files = [JOURNAL]
    for folder in ("/usr/lib/systemd/journald.conf.d", "/etc/systemd/journald.conf.d", "/run/systemd/journald.conf.d"):
        files += [f"{folder}/{name}" for name in listed(folder) if name.endswith(".conf")]
    for file in files:
        for line in text(file).splitlines():
            key, equals, value = line.strip().partition("=")
            if equals and not key.startswith(("#", ";")):
                found[key.strip()] = value.strip()
    return found


def listed(folder: str) -> list[str]:
    """The names in a folder, hidden ones left out; none when there is no such folder."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return []
