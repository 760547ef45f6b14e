"""Records carry the right time: somebody sets the host's clock."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target


@check("host-clock", finds=("clock",))
class HostClock:
    """A program that disciplines the clock, and the kernel's own word."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "clock")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Neither a program nor a kernel that calls its clock right."""
        host = target.host
        found = Host.read("clock", target, host, "clock", answers)
        if isinstance(found, Seen):
            yield found
        elif not text(found, "daemon") and found.get("disciplined") is not True:
            yield Seen("clock", host, f"{host}: no program sets the clock, and the kernel says nobody does")
