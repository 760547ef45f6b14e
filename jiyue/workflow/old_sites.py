"""Old sites before they move: assessed where they are served now, their hosts put right first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.subjects import SiteSubject, Vantages
from jiyue.moving.hands import Hands
from jiyue.moving.model import Move
from jiyue.sites import judge
from jiyue.sites.assess import VALID, _findings, _probes
from jiyue.sites.judge import Assessment
from jiyue.workflow.services import Services

# The last sshd is the host's own; the first one is the way in.
OWN_SSHD = (
    "f=$(ps -eo args= | sed -n 's/^[^ ]*sshd[: ].*-f \\([^ ]*\\).*/\\1/p' | tail -n 1); "
    '/usr/sbin/sshd -T ${f:+-f "$f"}'
)


def assess(services: Services, moves: Sequence[Move]) -> list[Assessment]:
    """The assessment of each site at its old host, kept like every other."""
    subjects = {move.site: _subject(move, services.inventory.indicators.values) for move in moves}
    answers = services.runner.run_all(probe for one in subjects.values() for probe in _probes(one))
    hosts = dict.fromkeys(move.old for move in moves)
    settings = {host: services.runner.command(host, OWN_SSHD) for host in hosts}
    now = datetime.now(UTC)
    at, until = (when.strftime("%Y-%m-%dT%H:%M:%SZ") for when in (now, now + VALID))
    found = []
    for move in moves:
        findings = _findings(subjects[move.site], answers, move.old, settings)
        one = judge.conclude(move.site, findings, at, until)
        evidence = {"findings": [asdict(finding) for finding in one.findings], "host": move.old}
        services.store.put_assessment(one.site, one.result, one.at, one.expires, evidence)
        found.append(one)
    return found


def harden(services: Services, hosts: Sequence[str]) -> dict[str, list[str]]:
    """What was changed on each old host, or why it was not."""
    hands, found = Hands(services.space.ssh_config), {}
    for host in dict.fromkeys(hosts):
        answer = hands.ask(host, "harden")
        found[host] = [*answer["changes"], *([str(answer["refused"])] if "refused" in answer else [])]
    return found


def _subject(move: Move, limits: Mapping[str, float]) -> SiteSubject:
    return SiteSubject(
        name=move.site, platform=move.platform, zone=move.zone.rstrip("."), address4=move.old4, address6="",
        vantages=Vantages(v4=move.vantages.v4, v6=move.vantages.v6), limits={**DEFAULT_LIMITS, **limits}, host=move.old,
    )  # fmt: skip
