"""lynis: what it warns of on the host (full depth)."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from jiyue.sites.check import check
from jiyue.sites.model import Seen, Target
from jiyue.sites.scanners import probe, said

MOST = 20


def _asked(target: Target) -> tuple[Probe, ...]:
    return (probe("lynis", target.host),) if target.host else ()


@check("scan-lynis", finds=("scan-lynis", "host-warning"), depth="full")
class ScanLynis:
    """Run on the host; its suggestions are left to its own report."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One run per host."""
        return _asked(target)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Its warnings; a report that was not finished is none."""
        found = said("scan-lynis", "lynis", target.host, _asked(target), answers)
        if isinstance(found, Seen):
            yield found
            return
        lines = [line.partition("=") for line in found.splitlines()]
        if not any(key == "report_datetime_end" for key, _, _ in lines):
            yield Seen("scan-lynis", target.host, f"{target.host}: lynis did not finish its report", unknown=True)
        for value in [value for key, _, value in lines if key == "warning[]"][:MOST]:
            id, _, rest = value.partition("|")
            yield Seen("host-warning", target.host, f"{target.host}: lynis {id[:20]}: {rest.partition('|')[0][:120]}")
