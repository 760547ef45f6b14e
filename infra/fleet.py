"""The 15 stacks as one operation: gate, skip what is proven unchanged, run the rest side by side.

    fleet = Fleet(root, inventory, kubeconfig, env, pulumi_root)
    up(fleet, platforms, approved, progress) -> {platform: StackResult}

A stack's engine is not started when its rendered objects and approval equal the last successful `up` AND a live LIST
shows every one of them present and unmodified. Everything else runs the real engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from infra import fleetwork as work
from infra import identity, joining, serving
from infra.fleetwork import Fleet
from infra.gate import check_planned
from infra.result import StackResult
from infra.values import load_approved
from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, GateError, InputError, JiyueError
from inventory.model import Inventory

__all__ = [
    "Fleet",
    "StackResult",
    "bind",
    "destroy",
    "drift",
    "manifests",
    "ordered",
    "outputs",
    "preview",
    "shell_env",
    "up",
]

Progress = Callable[[str, int, int, str], None]
"""Called as `progress(platform, done, total, text)`, from worker threads, one call at a time per platform."""

Planned = Mapping[str, tuple[str, Mapping[str, object]]]
"""Platform -> (approved digest, stack values) as the store holds them."""


def silent(platform: str, done: int, total: int, text: str) -> None:
    """For callers who want no progress."""


def up(
    fleet: Fleet, platforms: Sequence[str], approved: Planned, progress: Progress = silent, *, adopt: bool = False
) -> dict[str, StackResult]:
    """Bring the stacks up, wave after wave; GateError before anything starts when one of them may not.

    A failed stack is a result, not an exception: the others of its wave go on, later waves only within its budget.
    `adopt` takes over objects of our names that somebody else made.
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
    live = work.survey(fleet, jobs, adopt=adopt)
    serving.check(fleet, jobs)
    results = {}
    for job in jobs:
        if job.platform in live.unchanged and not joining.stale(fleet, job):
            progress(job.platform, job.objects.steps, job.objects.steps, "unchanged")
            results[job.platform] = live.unchanged[job.platform]
    moved = [job for job in jobs if job.platform not in results]
    if moved:
        joining.check(fleet, moved, [job.platform for job in moved])
        from infra import operating

        results.update(operating.bring_up(fleet, moved, live.absent, progress))
    done = work.judged(fleet, jobs, results)
    return {job.platform: replace(done[job.platform], findings=job.objects.findings) for job in jobs}


def preview(fleet: Fleet, platforms: Sequence[str], progress: Progress = silent) -> dict[str, StackResult]:
    """What `up` would do, by the engine itself; the reason names the first changes, `lines` all of them."""
    from infra import operating

    jobs = work.jobs(fleet, ordered(fleet.inventory, platforms), [])
    work.snapshots(fleet, jobs)
    serving.check(fleet, jobs)
    done = operating.look(fleet, jobs, progress)
    return {job.platform: replace(done[job.platform], findings=job.objects.findings) for job in jobs}


def drift(fleet: Fleet, platforms: Sequence[str]) -> dict[str, StackResult]:
    """Compare the cluster with the approved objects; `drifted` with the differences, or `unchanged`."""
    jobs = work.jobs(fleet, ordered(fleet.inventory, platforms), [])
    live = work.snapshots(fleet, jobs)
    found = {}
    for job in jobs:
        objects = job.objects.all
        lines = live[job.platform].differences(objects)
        state = "drifted" if lines else "unchanged"
        reason = work.told(lines) or f"all {len(objects)} live objects agree"
        found[job.platform] = StackResult(job.platform, state, reason=reason, lines=lines, digest=job.objects.digest)
    return found


def destroy(
    fleet: Fleet, platforms: Sequence[str], progress: Progress = silent, *, with_library: bool = False
) -> dict[str, StackResult]:
    """Take the stacks down, cities before the province; the libraries' storage stays unless `with_library`."""
    from infra import operating

    names = list(reversed(ordered(fleet.inventory, platforms)))
    work.recognised(fleet, [name for name in names if fleet.copy(name).initialised])
    province = work.province(fleet.inventory)

    def down(chosen: list[str]) -> dict[str, StackResult]:
        return operating.take_down(fleet, chosen, progress, with_library)

    cities = down([name for name in names if name not in province])
    if any(not result.ok for result in cities.values()):
        reason = "a city's stack could not be taken down first"
        return {**cities, **{name: StackResult(name, "stopped", reason=reason) for name in names if name in province}}
    return {**cities, **down([name for name in names if name in province])}


def outputs(fleet: Fleet, platforms: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The outputs of the last successful `up` of each platform; a stack that was never up has none."""
    names = ordered(fleet.inventory, platforms)
    records = {name: fleet.copy(name).recorded() for name in names}
    return {name: record.get("outputs") or {} for name, record in records.items()}


def manifests(fleet: Fleet, platforms: Sequence[str], folder: Path) -> dict[str, Path]:
    """Write every approved platform's objects as one YAML file for review offline; returns the files by platform."""
    found = {}
    for job in work.jobs(fleet, ordered(fleet.inventory, platforms), []):
        texts = [yaml.safe_dump(item.document(), allow_unicode=True, sort_keys=True) for item in job.objects.all]
        head = (
            f"# {job.platform}, approved digest {job.objects.digest}; {len(texts)} objects in the order of creation\n"
        )
        found[job.platform] = folder / f"{job.platform}.yaml"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(found[job.platform], head + "---\n".join(texts))
        except OSError as error:
            raise EnvironmentFailed(str(folder), f"cannot be written ({error.strerror})", "choose another") from error
    return found


def bind(fleet: Fleet, platform: str) -> str:
    """Accept the cluster that the context reaches now as the platform's own, after it was replaced; its UID.

    GateError when another platform claims it.
    """
    name = ordered(fleet.inventory, [platform])[0]
    copy = fleet.copy(name)
    copy.prepare()
    copy.cluster.unlink(missing_ok=True)
    uid = identity.cluster_uid(work.recognised(fleet, [name])[name], f"stack {name}")
    copy.bind(uid)
    copy.forget()
    return uid


def shell_env(fleet: Fleet, platform: str) -> dict[str, str]:
    """Everything that a plain `pulumi preview` of one platform needs, started in the checkout.

    The stack file is the fleet's copy: the engine would write its salt into the one under `stacks/`.
    """
    name = ordered(fleet.inventory, [platform])[0]
    settings = str(fleet.copy(name).settings)
    return {**work.engine_env(fleet), "PULUMI_STACK": name, "PULUMI_OPTION_CONFIG_FILE": settings}


def ordered(inventory: Inventory, platforms: Iterable[str]) -> list[str]:
    """The platforms in the order of the waves; InputError for an unknown one."""
    wanted = set(platforms)
    if unknown := sorted(wanted - set(inventory.platform_by_name)):
        known = ", ".join(sorted(inventory.platform_by_name))
        raise InputError(f"stack {unknown[0]}", "no platform has this name", f"use one of {known}")
    waves = [name for wave in inventory.waves for name in wave.platforms if name in wanted]
    return waves + sorted(wanted - set(waves))
