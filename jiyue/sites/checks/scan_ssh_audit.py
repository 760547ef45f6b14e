"""ssh-audit: algorithms of the host's sshd that should go (full depth)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from jiyue.sites.check import check
from jiyue.sites.model import Seen, Target
from jiyue.sites.scanners import probe, said

MOST = 10
_BAD = re.compile(r"\((kex|key|enc|mac)\) (\S+)(?: \([^)]*\))? *-- \[fail\] (.*)")
"""A line of its batch output; the JSON of releases before 3 has no verdicts."""


def _asked(target: Target) -> tuple[Probe, ...]:
    return (probe("ssh-audit", target.host, seconds=180.0),) if target.host else ()


@check("scan-ssh-audit", finds=("scan-ssh-audit", "ssh-algorithm"), depth="full")
class ScanSshAudit:
    """Run on the host against the address it was reached at."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One run per host."""
        return _asked(target)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """What it calls a failure."""
        found = said("scan-ssh-audit", "ssh-audit", target.host, _asked(target), answers)
        if isinstance(found, Seen):
            yield found
            return
        lines = found.splitlines()
        if not any(line.startswith("(kex)") for line in lines):
            last = next((line for line in reversed(lines) if line.strip()), "")
            yield Seen(
                "scan-ssh-audit", target.host, f"{target.host}: ssh-audit saw no algorithm: {last[:120]}", unknown=True
            )
            return
        bad = dict.fromkeys((match[1], match[2], match[3]) for line in lines if (match := _BAD.match(line)))
        for kind, algorithm, why in list(bad)[:MOST]:
            evidence = f"{target.host}: ssh-audit: {kind} {algorithm[:80]} ({why[:80]})"
            yield Seen("ssh-algorithm", target.host, evidence)
