"""Passwords of new accounts age. Those that exist are left: one that is old already would shut its user out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jiyue.sites.checks.host_accounts import AGE, ages
from jiyue.sites.hardening.measure import measure
from jiyue.sites.hardening.model import Change, Look, Step

FILE = "/etc/login.defs"
_LINE = re.compile(r"^PASS_MAX_DAYS[ \t]+(\S+)[ \t]*$", re.MULTILINE)


@measure("accounts", "account-defaults")
def ACCOUNTS(host: Look) -> Iterator[Step]:
    """The greatest age in /etc/login.defs."""
    text = host.texts.get(FILE, "")
    found = _LINE.findall(text)
    if "account-defaults" in host.leave or (found and all(ages(days) for days in found)):
        return
    line = f"PASS_MAX_DAYS\t{AGE}"
    after = _LINE.sub(line, text) if found else f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"
    yield Change(FILE, host.texts.get(FILE), after, frozenset({"account-defaults"}))
