"""ssh-audit: algorithms of the host's sshd that should go (full depth)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from jiyue.sites.check import check
from jiyue.sites.model import Seen, Target
from jiyue.sites.scanners import probe, said

MOST = 10
KINDS = ("kex", "key", "enc", "mac")


def _asked(target: Target) -> tuple[Probe, ...]:
    return (probe("ssh-audit", target.host, seconds=60.0),) if target.host else ()


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
        report = json.loads(found)
        bad = [
            f"{kind} {entry['algorithm']}"
            for kind in KINDS
            for entry in report.get(kind, ())
            if entry.get("notes", {}).get("fail") or entry.get("fail")
        ]
        bad += [
            f"{kind} {one['name'] if isinstance(one, dict) else one}"
            for level in ("critical",)
            for action in report.get("recommendations", {}).get(level, {}).values()
            for kind, names in action.items()
            for one in names
        ]
        for algorithm in list(dict.fromkeys(bad))[:MOST]:
            yield Seen("ssh-algorithm", target.host, f"{target.host}: ssh-audit: {algorithm[:80]}")
