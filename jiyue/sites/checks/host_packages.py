"""Security updates that the host has not installed."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import number, records, text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

SHOWN = 5


@check("host-packages", finds=("patches", "patches-unlisted", "patches-reboot"))
class HostPackages:
    """dpkg's state against the lists that apt has fetched."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "packages")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """What is pending; a host that never fetched a list cannot know."""
        found = Host.read("patches", target, target.host, "packages", answers)
        if isinstance(found, Seen):
            yield found
            return
        if text(found, "manager") != "dpkg":
            said = f"{target.host}: it has no package database that is known here"
            yield Seen("patches", target.host, said, unknown=True)
            return
        if not number(found, "fetched"):
            yield Seen("patches-unlisted", target.host, f"{target.host}: no list of security updates was ever fetched")
        pending = records(found, "pending")
        if pending:
            names = ", ".join(text(one, "name")[:40] for one in pending[:SHOWN])
            count = int(number(found, "count"))
            yield Seen("patches", target.host, f"{target.host}: {count} security updates are not installed: {names}")
        if found.get("reboot") is True:
            yield Seen("patches-reboot", target.host, f"{target.host}: installed updates wait for a restart")
