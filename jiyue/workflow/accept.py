"""Acceptance: the suite over what runs now, its record and the platforms' stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inventory.errors import GateError
from inventory.vocab import Stage
from jiyue.accept import run as suite
from jiyue.accept.clauses import GAP, coverage
from jiyue.accept.result import SHARED, AcceptResult
from jiyue.i18n import _, translate
from jiyue.workflow import review_log
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services
from jiyue.workflow.stages import ORDER, advance, fall_back


@dataclass(frozen=True, slots=True)
class Accepted:
    """The suite's result with its exit code: 0 when all is accepted, 1 otherwise."""

    result: AcceptResult
    code: int


def accept(services: Services, platforms: Sequence[str], reporter: Reporter) -> Accepted:
    """Run the acceptance suite; only a verified platform whose tests all passed becomes accepted."""
    space = services.space
    authority = space.lab / "ca" / "ca.crt"
    reporter.now(_("running the acceptance suite over SSH and the Kubernetes API"))
    result = suite.run(
        services.inventory,
        space.root,
        platforms,
        claims=services.prefixes,
        ssh_config=space.ssh_config,
        ca=authority.read_text(encoding="ascii") if authority.is_file() else "",
        kubeconfig=services.kubeconfig if services.kubeconfig.is_file() else None,
        inventory=space.inventory,
        records={name: _record(services, name) for name in platforms} | {SHARED: _log(services)},
    )
    # The report's table of requirements speaks of the province: a part of it must not stand in for the whole.
    whole = set(platforms) == set(services.platforms)
    services.store.put_result("accept", "latest" if whole else "part", result.data())
    stages = services.store.stages()
    for one in result.platforms:
        held = stages.get(one.name)
        record = services.store.current(one.name)
        runs = record is not None and record.status == "applied"
        verified = runs and held is not None and ORDER.index(held.stage) >= ORDER.index(Stage.VERIFIED)
        if one.verdict == "pass" and verified:
            advance(services.store, one.name, Stage.ACCEPTED)
        elif one.verdict != "pass" and held is not None:
            fall_back(services.store, one.name, Stage.VERIFIED, one.reasons[:20] or ("no test ran",))
    passed = sum(one.passed for one in result.platforms)
    accepted = sum(1 for one in result.platforms if one.verdict == "pass")
    reporter.note(_("{passed} tests passed, {accepted} of {total} platforms accepted, record in {path}").format(
        passed=passed, accepted=accepted, total=len(result.platforms), path=result.junit))  # fmt: skip
    for one in result.platforms:
        for reason in one.reasons[:3]:
            reporter.note(f"✗ {one.name}: {translate(reason)}")
    gaps = [one["id"] for one in coverage([asdict(one) for one in result.requirements]) if one["word"] == GAP]
    reporter.note(_("clauses without a test: {count} ({names})").format(count=len(gaps), names=", ".join(gaps)))
    for gap in result.requirements:
        if gap.verdict != "pass":
            reporter.note(f"✗ {gap.id} {gap.title}: {_(gap.verdict)}")
    return Accepted(result, 0 if result.ok else 1)


def _log(services: Services) -> dict[str, Any]:
    """The chained log of decisions, recomputed."""
    try:
        report = review_log.verify(services)
    except GateError as error:  # checkpoints that no keyring can be read for: the log is there, but proves nothing
        return {"entries": len(services.store.log()), "breaks": [str(error)]}
    return {"entries": report.entries, "breaks": [f"{one.seq}: {one.cause}" for one in report.breaks]}


def _record(services: Services, platform: str) -> dict[str, Any]:
    """What the store says of a platform: what runs, who wrote and who approved it, which sites were assessed."""
    store = services.store
    digest = store.applied_digest(platform) or ""
    current = store.current(platform)
    try:
        signers = [f"{one.person} ({one.key_id})" for one in store.signers(digest)] if digest else []
    except GateError:
        signers = []
    assessed = store.assessments()
    sites = [site.name for site in services.inventory.platform_by_name[platform].sites]
    return {
        "digest": digest,
        "author": current.author if current and current.digest == digest else "",
        "reviewers": signers,
        "assessed": {name: assessed[name].result if name in assessed else "" for name in sites},
    }
