"""What every operation of the fleet needs and no engine: rendered jobs, what is live, the environment, threads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from infra import capacity, identity
from infra.cluster import ApiServer
from infra.identity import Claim
from infra.live import Snapshot
from infra.objects.platform import PlatformObjects
from infra.rendering import check_config, render
from infra.result import StackResult
from infra.workcopy import WorkCopy, passphrase_file, state_folder
from inventory.errors import GateError, JiyueError
from inventory.model import Inventory
from inventory.rollout import Pace
from inventory.vocab import Level

SHOWN = 6


@dataclass(frozen=True)
class Fleet:
    """Where the stacks live and how many run at once.

    `env` is the engine's environment (PATH, PULUMI_HOME, …), `pulumi_root` the folder above its `bin/pulumi`;
    `backend` a backend URL, by default the environment's own folder; `jobs` stacks run side by side (0: as many as
    cores and memory allow), `parallel` operations inside each; `patience` seconds for a wave's workloads to be ready.
    """

    root: Path
    inventory: Inventory
    kubeconfig: Path
    env: Mapping[str, str]
    pulumi_root: Path
    backend: str = ""
    jobs: int = 0
    parallel: int = 48
    patience: float = 600.0

    @property
    def environment(self) -> str:
        """Name of the environment."""
        return self.inventory.environment.name

    def context(self, platform: str) -> str:
        """The kubeconfig context of a platform."""
        return self.inventory.environment.context_of(platform)

    def copy(self, platform: str) -> WorkCopy:
        """The working copy of a platform's stack."""
        return WorkCopy(self.root, self.environment, platform)


@dataclass(frozen=True, slots=True)
class Job:
    """A stack that is ready to run: its working copy and what it declares."""

    platform: str
    copy: WorkCopy
    objects: PlatformObjects


def jobs(fleet: Fleet, platforms: Sequence[str], refusals: Sequence[JiyueError]) -> list[Job]:
    """Every stack's copy and objects; GateError with all refusals (given and found) before anything runs."""
    found, refused = [], {str(error): error for error in refusals}
    for platform in platforms:
        copy = fleet.copy(platform)
        given = {key.removeprefix("jiyue:"): value for key, value in copy.prepare().items()}
        try:
            objects = render(fleet.inventory, fleet.root, fleet.environment, platform, given)
        except GateError as error:
            refused[str(error)] = error
            continue
        check_config(objects, fleet.inventory, given, platform)
        found.append(Job(platform, copy, objects))
    refuse(list(refused.values()))
    return found


def refuse(refused: Sequence[JiyueError]) -> None:
    """One GateError that names all of them; nothing when there are none."""
    if refused:
        first, *others = refused
        also = "".join(f"; {error.place}: {error.cause}" for error in others)
        raise GateError(first.place, first.cause + also, first.fix)


def judged(fleet: Fleet, found: Sequence[Job], results: Mapping[str, StackResult]) -> dict[str, StackResult]:
    """The results of an `up` against what is live now: what the engine could not take back makes a stack `drifted`.

    The engine knows only what it made and what it set; a foreign policy, or a field that we leave alone, stays.
    """
    ran = [job for job in found if results[job.platform].ok and not job.copy.recorded()]
    if not ran:
        return dict(results)
    live = snapshots(fleet, ran)
    final = dict(results)
    for job in ran:
        result = results[job.platform]
        if lines := live[job.platform].differences(job.objects.all):
            final[job.platform] = replace(result, state="drifted", reason=told(lines), lines=lines)
        else:
            job.copy.record(job.objects.fingerprint, dict(result.outputs))
    return final


def told(lines: Sequence[str]) -> str:
    """The first few of many findings."""
    more = f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return "; ".join(lines[:SHOWN]) + more


@dataclass(frozen=True, slots=True)
class Survey:
    """What is live before an `up`: stacks with nothing to do, and stacks of which the cluster holds nothing at all."""

    unchanged: Mapping[str, StackResult]
    absent: frozenset[str]


def survey(fleet: Fleet, found: Sequence[Job], *, adopt: bool = False) -> Survey:
    """Compare every stack with the cluster; nothing is to do where objects, approval and live objects all agree.

    GateError when a cluster is not the platform's own, or when it holds objects of our names that nobody of ours made
    and `adopt` does not ask for them. The clusters that pass are remembered.
    """
    live = snapshots(fleet, found)
    same, refused = {}, []
    for job in found:
        objects, snapshot = job.objects.all, live[job.platform]
        if not adopt and (strange := snapshot.strange(objects)):
            names = ", ".join(item.place for item in strange[:3]) + (", …" if len(strange) > 3 else "")
            cause, fix = f"{names} exist already, made by somebody else", f"run: jiyue stack import {job.platform}"
            refused.append(GateError(f"stack {job.platform}", cause, fix))
        record = job.copy.recorded()
        if record.get("fingerprint") != job.objects.fingerprint or snapshot.differences(objects):
            continue
        same[job.platform] = StackResult(
            job.platform,
            "unchanged",
            unchanged=len(objects),
            reason=f"the objects equal those of the last up, and all {len(objects)} live ones agree",
            digest=job.objects.digest,
            outputs=record.get("outputs") or {},
        )
    refuse(refused)
    for job in found:
        job.copy.bind(identity.cluster_uid(live[job.platform], f"stack {job.platform}"))
    return Survey(same, frozenset(job.platform for job in found if live[job.platform].holds_none(job.objects.all)))


def snapshots(fleet: Fleet, found: Sequence[Job]) -> dict[str, Snapshot]:
    """Everything live of the kinds that the jobs use, by platform; each cluster is read once and is the right one."""
    kinds = {(item.api_version, item.kind) for job in found for item in job.objects.all}
    return recognised(fleet, [job.platform for job in found], kinds)


def recognised(fleet: Fleet, platforms: Sequence[str], kinds: Collection[tuple[str, str]] = ()) -> dict[str, Snapshot]:
    """The clusters of the platforms; GateError with every platform whose context reaches a foreign one."""
    contexts: dict[str, Snapshot] = {}
    for context in sorted({fleet.context(name) for name in platforms}):
        server = ApiServer(fleet.kubeconfig, context)
        try:
            contexts[context] = Snapshot(server, {*kinds, ("v1", "Namespace"), ("v1", "ConfigMap")})
        finally:
            server.close()
    refused, every = [], [platform.name for platform in fleet.inventory.platforms]
    for name in platforms:
        live, place = contexts[fleet.context(name)], f"stack {name}"
        sharing = [other for other in every if fleet.context(other) == fleet.context(name)]
        mine = Claim(fleet.inventory.name, fleet.environment, name)
        uid = identity.cluster_uid(live, place)
        try:
            identity.check(mine, sharing, identity.claims(live), uid, fleet.copy(name).bound(), place)
        except GateError as error:
            refused.append(error)
    refuse(refused)
    return {name: contexts[fleet.context(name)] for name in platforms}


def engine_env(fleet: Fleet) -> dict[str, str]:
    """The engine's environment: where its state is, how it is opened, which cluster it talks to."""
    backend = fleet.backend or f"file://{state_folder(fleet.root, fleet.environment)}"
    return {
        **fleet.env,
        "PULUMI_BACKEND_URL": backend,
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase_file(fleet.root, fleet.environment)),
        "KUBECONFIG": str(fleet.kubeconfig),
    }


def in_waves(
    fleet: Fleet,
    found: Sequence[Job],
    one: Callable[[Job], StackResult],
    settle: Callable[[dict[str, StackResult]], dict[str, StackResult]] = lambda results: results,
) -> dict[str, StackResult]:
    """Run a function on every job, wave after wave; more failures than a wave's budget stop the waves after it.

    `settle` judges the results of a wave before the next one may start.
    """
    by_name = {job.platform: job for job in found}
    results: dict[str, StackResult] = {}
    halted = ""
    for wave in waves(fleet.inventory, list(by_name)):
        if halted:
            results.update({name: StackResult(name, "stopped", reason=halted) for name in wave[1]})
            continue
        results.update(settle(each(fleet, wave[1], lambda name: one(by_name[name]))))
        failed = [name for name in wave[1] if results[name].state == "failed"]
        if len(failed) > fleet.inventory.pace.get(wave[0], Pace()).budget:
            halted = f"{', '.join(failed)} of wave {wave[0]} failed; not started"
    return results


def waves(inventory: Inventory, platforms: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The named platforms by wave, in the order of the rollout; whoever has no wave comes last."""
    left = list(platforms)
    found = []
    for wave in inventory.waves:
        if mine := [name for name in wave.platforms if name in left]:
            found.append((wave.name, mine))
            left = [name for name in left if name not in mine]
    return [*found, ("", left)] if left else found


def side_by_side(fleet: Fleet, found: Sequence[Job], one: Callable[[Job], StackResult]) -> dict[str, StackResult]:
    """Run a function on every job; an error of one stack is its result."""
    by_name = {job.platform: job for job in found}
    return each(fleet, list(by_name), lambda name: one(by_name[name]))


def each(fleet: Fleet, names: Sequence[str], one: Callable[[str], StackResult]) -> dict[str, StackResult]:
    """Run a function on every platform, as many at a time as the machine bears, in order of starting."""

    def guarded(name: str) -> StackResult:
        try:
            return one(name)
        except JiyueError as error:
            return StackResult(name, "failed", reason=str(error))

    with ThreadPoolExecutor(fleet.jobs or capacity.of_this_machine()) as pool:
        return dict(zip(names, pool.map(guarded, names), strict=True))


def province(inventory: Inventory) -> frozenset[str]:
    """Platforms of the province itself."""
    codes = {region.code for region in inventory.regions if region.level == Level.PROVINCE}
    return frozenset(platform.name for platform in inventory.platforms if platform.code in codes)
