"""Accounts without their hashes: uid, whether there is a password, its greatest age; and the rules for new ones."""

from __future__ import annotations

import re
from typing import Any

from ._host import text

_USABLE = re.compile(r"[$_a-zA-Z0-9./]")


def read() -> dict[str, Any]:
    """`accounts`: name, uid, state (`empty`, `set`, `locked`), max (days, as written), shell; `defaults`."""
    with open("/etc/shadow", encoding="utf-8", errors="replace") as stream:
        shadow = {line[0]: line for line in (row.rstrip("\n").split(":") for row in stream) if len(line) > 4}
    accounts = []
    for row in text("/etc/passwd").splitlines():
        fields = row.split(":")
        if len(fields) != 7:
            continue
        name, word, uid, shell = fields[0], fields[1], fields[2], fields[6]
        kept = shadow.get(name, [])
        secret = kept[1] if word == "x" and kept else word
        # `x` without a line in /etc/shadow admits nobody
        state = "locked" if word == "x" and not kept else _state(secret)
        accounts.append({"name": name, "uid": uid, "state": state, "max": kept[4] if kept else "", "shell": shell})
    words = (line.split() for line in text("/etc/login.defs").splitlines())
    defaults = {line[0]: line[1] for line in words if len(line) == 2 and line[0].startswith("PASS_")}
    return {"accounts": accounts, "defaults": defaults}


def _state(secret: str) -> str:
    if not secret:
        return "empty"
    return "set" if _USABLE.match(secret) and secret != "x" else "locked"
