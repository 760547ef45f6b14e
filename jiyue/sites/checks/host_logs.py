"""Logs are kept for half a year (网络安全法 article 21; GB/T 22239-2019 8.1.5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import records, text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

DAYS = 180
MATTERS = re.compile(r"nginx|apache|httpd|syslog|auth\.log|secure|messages|audit|wtmp|btmp|\*")
"""Logs of access, logins and the system; what a package writes about itself is none of them."""
_SPAN = re.compile(
    r"(\d+)\s*(s|sec|second|seconds|m|min|h|hour|hours|d|day|days|w|week|weeks|month|months|y|year|years)?"
)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "month": 2_592_000, "y": 31_536_000}


def span(value: str) -> float:
    """Seconds of one time span (systemd.time(7), its commonest spellings); 0 for what cannot be read."""
    found = _SPAN.fullmatch(value.strip().lower())
    if not found:
        return 0.0
    unit = found[2] or ""
    return int(found[1]) * _SECONDS["month" if unit.startswith("month") else unit[:1]]


@check("host-logs", finds=("logs-short", "logs-volatile"))
class HostLogs:
    """What logrotate and journald are told."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "logs")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Each log that goes too early."""
        host = target.host
        found = Host.read("logs-short", target, host, "logs", answers)
        if isinstance(found, Seen):
            yield found
            return
        for one in records(found, "rotated"):
            days, paths = one.get("days"), text(one, "paths")[:100]
            if isinstance(days, int | float) and days < DAYS and MATTERS.search(paths):
                said = f"{host}: {text(one, 'file')[:80]}: {paths} is kept for {days:g} days"
                yield Seen("logs-short", host, said)
        journal = found.get("journal")
        settings = {str(key): str(value) for key, value in journal.items()} if isinstance(journal, dict) else {}
        if found.get("journald") is not True:
            return
        most = settings.get("MaxRetentionSec", "0")
        if most not in ("", "0") and span(most) < DAYS * 86_400:
            yield Seen("logs-short", host, f"{host}: journald keeps entries for {most[:20]}")
        if settings.get("Storage", "auto").lower() in ("volatile", "none"):
            yield Seen("logs-volatile", host, f"{host}: journald stores {settings['Storage'][:20]}")
