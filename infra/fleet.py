"""The 15 stacks as one operation: gate, skip what is proven unchanged, run the rest side by side.

    fleet = Fleet(root, inventory, kubeconfig, env, pulumi_root)
    up(fleet, platforms, approved, progress) -> {platform: StackResult}

A stack's engine is not started when its rendered objects and approval equal the last successful `up` AND a live LIST
shows every one of them present and unmodified. Everything else runs the real engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from infra import fleetwork as work
from infra.enginerun import StackResult, Tally, run
from infra.fleetwork import Fleet, Job
from infra.gate import check_planned
from infra.values import load_approved
from infra.workcopy import WorkCopy
from inventory.errors import GateError, InputError, JiyueError
from inventory.model import Inventory

__all__ = ["Fleet", "StackResult", "destroy", "drift", "ordered", "outputs", "preview", "shell_env", "up"]

Progress = Callable[[str, int, int, str], None]
"""Called as `progress(platform, done, total, text)`, from worker threads, one call at a time per platform."""

Planned = Mapping[str, tuple[str, Mapping[str, object]]]
"""Platform -> (approved digest, stack values) as the store holds them."""


def silent(platform: str, done: int, total: int, text: str) -> None:
    """For callers who want no progress."""


def up(
    fleet: Fleet, platforms: Sequence[str], approved: Planned, progress: Progress = silent
) -> dict[str, StackResult]:
    """Bring the stacks up, the province first; GateError before anything starts when one of them is not approved.

    A failed stack is a result, not an exception: the others go on.
    """
    refusals: list[JiyueError] = []
    names = ordered(fleet.inventory, platforms)
    for name in names:
        digest, values = approved.get(name, ("", {}))
        try:
            check_planned(load_approved(fleet.root, fleet.environment, name), digest, values)
        except GateError as error:
            refusals.append(error)
    jobs = work.jobs(fleet, names, refusals)
    live = work.survey(fleet, jobs)
    command = work.command(fleet) if len(live.unchanged) < len(jobs) else None

    def one(job: Job) -> StackResult:
        if command is None or job.platform in live.unchanged:
            progress(job.platform, job.objects.steps, job.objects.steps, "unchanged")
            return live.unchanged[job.platform]
        with work.opened(fleet, command, job.copy, job.objects, absent=job.platform in live.absent) as stack:
            job.copy.forget()

            def operate(tally: Tally) -> None:
                stack.up(
                    parallel=fleet.parallel,
                    color="never",
                    suppress_progress=True,
                    on_event=tally,
                    refresh=stack.known,
                )

            result, _ = run(job.platform, "updated", _counted(progress, job), operate)
            if result.ok and not (result.created or result.updated or result.deleted):
                result = replace(result, state="unchanged", reason="the engine found nothing to change")
            return replace(result, digest=job.objects.digest)

    return work.judged(fleet, jobs, work.side_by_side(fleet, jobs, one))


def preview(fleet: Fleet, platforms: Sequence[str], progress: Progress = silent) -> dict[str, StackResult]:
    """What `up` would do, by the engine itself; the reason names the first changes."""
    jobs = work.jobs(fleet, ordered(fleet.inventory, platforms), [])
    command = work.command(fleet)

    def one(job: Job) -> StackResult:
        with work.opened(fleet, command, job.copy, job.objects, mend=False) as stack:

            def operate(tally: Tally) -> None:
                stack.preview(
                    parallel=fleet.parallel,
                    color="never",
                    suppress_progress=True,
                    on_event=tally,
                    refresh=stack.known,
                )

            result, tally = run(job.platform, "previewed", _counted(progress, job), operate)
            reason = result.reason or "; ".join(tally.changed[:10]) or "nothing to change"
            return replace(result, reason=reason, digest=job.objects.digest)

    return work.side_by_side(fleet, jobs, one)


def drift(fleet: Fleet, platforms: Sequence[str]) -> dict[str, StackResult]:
    """Compare the cluster with the approved objects; `drifted` with the differences, or `unchanged`."""
    jobs = work.jobs(fleet, ordered(fleet.inventory, platforms), [])
    snapshot = work.snapshot(fleet, jobs)
    found = {}
    for job in jobs:
        objects, lines = job.objects.all, snapshot.differences(job.objects.all)
        state = "drifted" if lines else "unchanged"
        reason = work.told(lines) or f"all {len(objects)} live objects agree"
        found[job.platform] = StackResult(job.platform, state, reason=reason, digest=job.objects.digest)
    return found


def destroy(
    fleet: Fleet, platforms: Sequence[str], progress: Progress = silent, *, with_library: bool = False
) -> dict[str, StackResult]:
    """Take the stacks down, cities before the province; the libraries' storage stays unless `with_library`."""
    command = work.command(fleet)

    def one(name: str) -> StackResult:
        copy = WorkCopy(fleet.root, fleet.environment, name)
        if not copy.initialised:
            return StackResult(name, "absent", reason="this stack was never brought up here")
        with work.opened(fleet, command, copy, None) as stack:
            copy.forget()
            if with_library:
                stack.unprotect()

            def operate(tally: Tally) -> None:
                stack.destroy(
                    parallel=fleet.parallel,
                    color="never",
                    suppress_progress=True,
                    on_event=tally,
                    exclude_protected=not with_library,
                )

            result, _ = run(name, "destroyed", lambda done, text: progress(name, done, 0, text), operate)
        kept = "" if with_library else "the information library's storage is kept"
        return replace(result, reason=result.reason or kept)

    names = list(reversed(ordered(fleet.inventory, platforms)))
    province = work.province(fleet.inventory)
    cities = work.each(fleet, [name for name in names if name not in province], one)
    if any(not result.ok for result in cities.values()):
        reason = "a city's stack could not be taken down first"
        return {**cities, **{name: StackResult(name, "failed", reason=reason) for name in names if name in province}}
    return {**cities, **work.each(fleet, [name for name in names if name in province], one)}


def outputs(fleet: Fleet, platforms: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The outputs of the last successful `up` of each platform; a stack that was never up has none."""
    names = ordered(fleet.inventory, platforms)
    records = {name: WorkCopy(fleet.root, fleet.environment, name).recorded() for name in names}
    return {name: record.get("outputs") or {} for name, record in records.items()}


def shell_env(fleet: Fleet, platform: str) -> dict[str, str]:
    """Everything that a plain `pulumi preview` of one platform needs, started in the checkout.

    The stack file is the fleet's copy: the engine would write its salt into the one under `stacks/`.
    """
    name = ordered(fleet.inventory, [platform])[0]
    settings = str(WorkCopy(fleet.root, fleet.environment, name).settings)
    return {**work.engine_env(fleet), "PULUMI_STACK": name, "PULUMI_OPTION_CONFIG_FILE": settings}


def ordered(inventory: Inventory, platforms: Iterable[str]) -> list[str]:
    """The platforms in the order of the waves; InputError for an unknown one."""
    wanted = set(platforms)
    if unknown := sorted(wanted - set(inventory.platform_by_name)):
        known = ", ".join(sorted(inventory.platform_by_name))
        raise InputError(f"stack {unknown[0]}", "no platform has this name", f"use one of {known}")
    waves = [name for wave in inventory.waves for name in wave.platforms if name in wanted]
    return waves + sorted(wanted - set(waves))


def _counted(progress: Progress, job: Job) -> Callable[[int, str], None]:
    total = job.objects.steps
    return lambda done, text: progress(job.platform, min(done, total), total, text)
