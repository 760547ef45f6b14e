"""Who can log in: a second root, empty passwords, passwords that are never changed."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import records, text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

AGE = 90
"""Days; GB/T 22239-2019 8.1.4.1 a) asks for regular change and gives no figure, 90 is what assessors use."""


def ages(days: str) -> bool:
    """Whether a greatest age (as written) is one."""
    return days.isdigit() and 0 < int(days) <= AGE


@check("host-accounts", finds=("account-empty", "account-root", "account-ageing", "account-defaults"))
class HostAccounts:
    """Read without any hash."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "accounts")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Account by account."""
        found = Host.read("account-empty", target, target.host, "accounts", answers)
        if isinstance(found, Seen):
            yield found
            return
        accounts, host = records(found, "accounts"), target.host
        if not accounts:
            yield Seen("account-empty", host, f"{host}: no account was told", unknown=True)
        for one in accounts:
            name, state = text(one, "name")[:40], text(one, "state")
            if state == "empty":
                yield Seen("account-empty", host, f"{host}: {name} has an empty password")
            if text(one, "uid") == "0" and name != "root":
                yield Seen("account-root", host, f"{host}: {name} is a second root")
            if state == "set" and not ages(text(one, "max")):
                yield Seen("account-ageing", host, f"{host}: the password of {name} is never changed")
        defaults = found.get("defaults")
        days = str(defaults.get("PASS_MAX_DAYS", "")) if isinstance(defaults, dict) else ""
        if not ages(days):
            said = f"{host}: PASS_MAX_DAYS {days[:20] or 'unset'} in /etc/login.defs"
            yield Seen("account-defaults", host, said)
