"""Checks of `ipv6.verify` run afresh for acceptance: zone rules from inside the zones, delegation from the root."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from inventory.errors import JiyueError
from inventory.source import load
from ipv6.verify.build import site_subjects, zone_subjects
from ipv6.verify.check import discover
from ipv6.verify.model import CheckResult
from jiyue.accept.transcript import NotMeasured, Transcript
from jiyue.probe.rounds import measure
from jiyue.probe.runner import Runner
from jiyue.probe.ssh import Reply

USED = ("zone-deny", "zone-allow", "delegation-ipv6")


class Recorded(Runner):
    """Probes whose raw answers go through the transcript, one per host."""

    def __init__(self, plan: dict[str, Any], transcript: Transcript) -> None:
        super().__init__(Path(plan["ssh_config"]), Path(plan["evidence"]), plan["ca"])
        self._transcript = transcript

    def _call(
        self, vantage: str, request: bytes, timeout: float, heard: Callable[[bytes], None] = lambda line: None
    ) -> Reply:
        call = super()._call

        def run() -> bytes:
            lines: list[bytes] = []
            reply = call(vantage, request, timeout, lines.append)
            if reply.problem or reply.code != 0:
                raise NotMeasured(reply.problem or f"the prober ended with {reply.code}: {reply.err[-200:]}")
            return b"".join(lines)

        try:
            raw = self._transcript.ask(vantage, request, run)[0]
        except NotMeasured as error:
            return Reply(255, b"", "", str(error))
        for line in raw.splitlines(keepends=True):
            heard(line)
        return Reply(0, raw, "")


class Live:
    """Results by (check, platform); a platform's delegation is that of its portal.

    Measuring starts at once and beside the other sources: most of it is waiting for packets that must not arrive.
    """

    def __init__(self, plan: dict[str, Any], transcript: Transcript) -> None:
        pool = ThreadPoolExecutor(1)
        self._results = pool.submit(_measured, plan, transcript)
        pool.shutdown(wait=False)

    def of(self, check: str, platform: str) -> CheckResult:
        """One result; NotMeasured when the measuring itself failed, KeyError when the check has none."""
        try:
            results = self._results.result()
        except JiyueError as error:
            raise NotMeasured(f"the checks did not run: {error}") from error
        return results[check, platform]


def _measured(plan: dict[str, Any], transcript: Transcript) -> dict[tuple[str, str], CheckResult]:
    inv = load(Path(plan["inventory"]), plan["environment"])
    names = [platform["name"] for platform in plan["platforms"]]
    runner = Recorded(plan, transcript)
    portals = {inv.platform_by_name[name].portal for name in names}
    sites = [one for one in site_subjects(inv, plan["claims"], names) if one.name in portals]
    checks = [check for check in discover() if check.id in USED]
    seen = measure(checks, (*sites, *zone_subjects(inv, plan["claims"], names)), runner)
    return {(result.check, result.platform): result for result in seen.results}
