"""testssl.sh: protocols, ciphers and known holes of the site's TLS (full depth)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from ipv6.verify.model import Answers, Probe
from jiyue.sites.check import check
from jiyue.sites.model import Seen, Target
from jiyue.sites.scanners import probe, said

MOST = 20
BAD = {"CRITICAL": "tls-hole", "HIGH": "tls-hole", "MEDIUM": "tls-weak", "LOW": "tls-weak"}


def _probe(target: Target) -> Probe:
    asked = probe("testssl", target.vantages[0])
    return replace(asked, address=target.address4, port=443, name=target.name)


@check("scan-testssl", finds=("scan-testssl", "tls-hole", "tls-weak"), depth="full")
class ScanTestssl:
    """Run at the vantage point, from outside."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One run per site."""
        return (_probe(target),)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """What it grades; a report without a single grade is none."""
        found = said("scan-testssl", "testssl", target.name, (_probe(target),), answers)
        if isinstance(found, Seen):
            yield found
            return
        entries = [one for one in json.loads(found) if isinstance(one, dict)]
        if not any(str(one.get("severity")) in ("OK", "INFO", *BAD) for one in entries):
            yield Seen("scan-testssl", target.name, f"{target.name}: testssl graded nothing", unknown=True)
        bad = [one for one in entries if one.get("severity") in BAD]
        for one in bad[:MOST]:
            what = f"{str(one.get('id'))[:40]}: {str(one.get('finding'))[:120]}"
            yield Seen(BAD[str(one["severity"])], target.name, f"{target.name}: testssl {what}")
