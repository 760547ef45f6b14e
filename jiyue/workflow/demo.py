"""The whole path: from an inventory to an accepted dual-stack province. Each step is safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from inventory.errors import EnvironmentFailed, JiyueError, NothingChecked
from inventory.model import SHARED
from inventory.vocab import Stage
from jiyue import engines
from jiyue.doctor import examine
from jiyue.engines.cache import tools_folder
from jiyue.i18n import _, translate
from jiyue.workflow import (
    accept,
    apply,
    demo_names,
    demo_sites,
    edge,
    entries,
    lab,
    plan,
    pods,
    propose,
    report,
    review,
    sites,
    stacks,
    verify,
)
from jiyue.workflow.ambush import ambush
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import Services
from jiyue.workflow.status import platform_rows
from jiyue.workflow.store import exists as has_store
from lab.errors import failed
from lab.faults.registry import params_of, parse


@dataclass
class Outcome:
    """What the demo did: `changed` lists what was not as it should be before, `failed` the exit codes of steps."""

    changed: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    stopped: JiyueError | None = None


def run(services: Services, reporter: ConsoleReporter, fault: str = "", real_nodes: bool | None = None) -> Outcome:
    """Walk the path; later steps are left out when an earlier one fails, the report is always written.

    `fault` (NAME@HOST,...) strikes while the wave of its host is being changed; the walk ends after apply then. With
    `real_nodes` the pods of the province and of the canary city run; None says: where the machine can.
    """
    if fault:
        wanted = parse(fault)
        params_of(wanted.kind, wanted.words)
    outcome = Outcome(seconds=reporter.seconds)
    try:
        _walk(services, reporter, outcome, fault, real_nodes)
    except JiyueError as error:
        outcome.stopped = error
    if has_store(services):
        with reporter.step("report", _("Report")):
            reporter.note(str(report.build(services).relative_to(services.space.root)))
        outcome.rows = platform_rows(services)
    if any(row["stage"] != Stage.ACCEPTED.value for row in outcome.rows):
        outcome.codes.append(1)
    return outcome


def _walk(services: Services, reporter: ConsoleReporter, outcome: Outcome, fault: str, real_nodes: bool | None) -> None:
    with reporter.step("machine", _("This machine and its engines")):
        _machine(services)
        reporter.note(_("engines: ready"))
    with reporter.step("lab", _("Lab: one province, 14 cities, control plane")):
        if lab.start(services, reporter, real_nodes)["fresh"]:
            outcome.changed.append("lab")
    everything = (SHARED, *services.platforms)
    with reporter.step("plan", _("Plan: addresses from the ledger")):
        done = plan.plan(services)
        text = _("the ledger held {kept} allocations, {added} were added").format(kept=done.kept, added=done.added)
        reporter.note(text)
        outcome.changed += ["plan"] if done.added else []
    with reporter.step("propose", _("Propose: one change set and one digest per platform")):
        found = propose.propose(services, everything, review.LAB_AUTHOR, reporter)
        fresh = [one.platform for one in found if not one.unchanged]
        reporter.note(
            _("{fresh} new proposals, {kept} unchanged").format(fresh=len(fresh), kept=len(found) - len(fresh))
        )
        outcome.changed += ["proposals"] if fresh else []
    with reporter.step("review", _("Review: the authority signs each digest (here with the lab's own key)")):
        review.submit(services, everything, None)
        approved = review.approve(services, everything, (), "", reporter)
        reporter.note(_("{fresh} approved now, {kept} still hold").format(
            fresh=len(approved), kept=len(everything) - len(approved)))  # fmt: skip
        outcome.changed += ["approvals"] if approved else []
    with reporter.step("assess", _("Assess: every site before anything is applied")):
        _assess(services, reporter, outcome)
    with reporter.step("stacks", _("Stacks: 15 platforms on Kubernetes")):
        _stacks(services, reporter, outcome)
    with reporter.step("apply", _("Apply: shared part, province, canary, waves")):
        _apply(services, reporter, outcome, fault)
    if fault:
        return
    if pods.real(services):
        with reporter.step("pods", _("Pods: services in the extranet, a record from city to province")):
            _pods(services, reporter, outcome)
    with reporter.step("sites", _("Sites: one of each old host is assessed, put right and moved")):
        moved = demo_sites.run(services, reporter)
        outcome.changed += ["sites"] if moved.changed else []
        outcome.codes += moved.codes
    with reporter.step("verify", _("Verify: from the IPv6-only, IPv4-only and dual-stack vantage points")):
        seen = verify.verify(services, services.platforms, reporter=reporter)
        ready = seen.sites()
        reporter.note(_("{checks} checks; {ready} of {total} sites ready").format(
            checks=len(seen.results), ready=sum(ready.values()), total=len(ready)))  # fmt: skip
        outcome.codes += [] if seen.ok else [1]
        for reason in seen.reasons[:20]:
            reporter.note(f"✗ {translate(reason)}")
    with reporter.step("names", _("Names: every zone, its servers, its parent and the chain of trust")):
        outcome.codes += demo_names.run(services, reporter)
    with reporter.step("accept", _("Accept: requirement, test, evidence, verdict")):
        result = accept.accept(services, services.platforms, reporter)
        outcome.codes += [] if result.code == 0 else [result.code]


def _machine(services: Services) -> None:
    """What the machine lacks ends the demo before anything starts; the ports of a lab that runs are its own."""
    engines.require()
    control = services.inventory.environment.control_plane
    running = lab.summary(services.space)["phase"] == "running"
    ports = () if control is None or running else control.ports
    lacking = [finding for finding in examine(ports, tools_folder(), services.space.root / "var") if finding.stops]
    if lacking:
        raise failed([EnvironmentFailed(one.place, one.cause, one.fix) for one in lacking])


def _assess(services: Services, reporter: ConsoleReporter, outcome: Outcome) -> None:
    due = sites.due(services)
    if not due:
        sites.mark(services)
        reporter.note(_("every assessment still holds"))
        return
    found = sites.assess(services, due)
    bad = [one for one in found if not one.passed]
    reporter.note(_("{good} of {total} sites passed").format(good=len(found) - len(bad), total=len(found)))
    for one in bad[:10]:
        blocking = [finding for finding in one.findings if finding.blocks]
        reporter.note(f"✗ {one.site}: " + "; ".join(translate(finding.evidence) for finding in blocking[:3]))
    outcome.changed.append("assessments")


def _stacks(services: Services, reporter: ConsoleReporter, outcome: Outcome) -> None:
    results = stacks.up(services, services.platforms, reporter)
    touched = [name for name, result in results.items() if result.state != "unchanged"]
    resources = sum(result.created for result in results.values())
    reporter.note(_("{touched} stacks changed, {kept} unchanged, {resources} resources created").format(
        touched=len(touched), kept=len(results) - len(touched), resources=resources))  # fmt: skip
    for name, result in results.items():
        if not result.ok:
            reporter.note(f"✗ {name}: {translate(result.reason)}")
            outcome.codes.append(4 if result.state == "failed" else 1)
    outcome.changed += ["stacks"] if touched else []


def _pods(services: Services, reporter: ConsoleReporter, outcome: Outcome) -> None:
    """The clusters get their IPv6 entry, and one record goes from the canary's library to the province."""
    opened = [one for one in entries.open_entries(services) if not one.standin]
    if wrong := [EnvironmentFailed(one.host, one.reason, "run: jiyue lab status") for one in opened if one.reason]:
        raise failed(wrong)
    text = _("{platforms}: pods run, services are entered over both families")
    reporter.note(text.format(platforms=", ".join(one.platform for one in opened)))
    for entered in edge.ask(services):
        if entered.reason:
            reporter.note(f"✗ {translate(entered.reason)}")
            outcome.codes.append(1)
        else:
            text = _("{platform}: its edge's pods answer at {addresses}; its sites' AAAA lead there")
            reporter.note(text.format(platform=entered.platform, addresses=", ".join(entered.addresses)))
    for one in pods.carried(services):
        if one.reason:
            reporter.note(f"✗ {one.source} → {one.target}: {translate(one.reason)}")
            outcome.codes.append(1)
        else:
            text = _(
                "a page without a record was refused; a record put in at {source} was read at {target} over IPv6"
                " after {seconds} s"
            )
            reporter.note(text.format(source=one.source, target=one.target, seconds=f"{one.seconds:.1f}"))


def _apply(services: Services, reporter: ConsoleReporter, outcome: Outcome, fault: str) -> None:
    way = ambush(services, apply.transport(services), fault, reporter) if fault else None
    result = apply.apply(services, (SHARED, *services.platforms), reporter, way)
    if way is not None:
        text = _("the fault stays until `jiyue lab fault clear`; then `jiyue ipv6 apply` goes on")
        reporter.note(text if way.struck else _("the fault did not strike: nothing was to be changed there"))
        outcome.codes += [] if way.struck else [NothingChecked.exit_code]
    touched = [one.platform for one in result.platforms if one.state != "unchanged"]
    reporter.note(_("{touched} change sets applied, {kept} already as intended").format(
        touched=sum(1 for one in result.platforms if one.state == "applied"),
        kept=len(result.platforms) - len(touched)))  # fmt: skip
    for one in result.platforms:
        if one.state not in apply.GOOD:
            for reason in one.reasons[:5] or ("",):
                reporter.note(f"✗ {one.platform} {_(one.state)}: {translate(reason)}")
    outcome.changed += ["devices"] if touched else []
    outcome.codes += [result.exit_code] if result.exit_code else []
