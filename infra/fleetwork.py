"""What every operation of the fleet needs: the engine's environment, rendered jobs, opened stacks, threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pulumi import automation

from infra.cluster import ApiServer
from infra.enginerun import LeanStack, StackResult, open_stack, short
from infra.live import Snapshot
from infra.locks import own_lock, remove_dead
from infra.objects.platform import PlatformObjects
from infra.program import assemble, check_config, render, settings_of
from infra.workcopy import WorkCopy, passphrase_file, saved, state_folder
from inventory.errors import EnvironmentFailed, GateError, JiyueError
from inventory.model import Inventory
from inventory.vocab import Level

SHOWN = 6


@dataclass(frozen=True)
class Fleet:
    """Where the stacks live and how many run at once.

    `env` is the engine's environment (PATH, PULUMI_HOME, …), `pulumi_root` the folder above its `bin/pulumi`;
    `backend` a backend URL, by default the environment's own folder; `jobs` stacks run side by side, `parallel`
    operations inside each.
    """

    root: Path
    inventory: Inventory
    kubeconfig: Path
    env: Mapping[str, str]
    pulumi_root: Path
    backend: str = ""
    jobs: int = 3
    parallel: int = 48

    @property
    def environment(self) -> str:
        """Name of the environment."""
        return self.inventory.environment.name


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
        copy = WorkCopy(fleet.root, fleet.environment, platform)
        config = copy.prepare()
        functions = config.pop("jiyue:functions", None)
        given = {key.removeprefix("jiyue:"): str(value) for key, value in config.items()}
        try:
            settings = settings_of(functions, given, f"stacks/{copy.settings.name}")
            objects = render(fleet.inventory, fleet.root, fleet.environment, platform, settings)
        except GateError as error:
            refused[str(error)] = error
            continue
        check_config(objects, fleet.inventory, given, platform)
        found.append(Job(platform, copy, objects))
    if refused:
        first, *others = refused.values()
        also = "".join(f"; {error.place}: {error.cause}" for error in others)
        raise GateError(first.place, first.cause + also, first.fix)
    return found


def judged(fleet: Fleet, found: Sequence[Job], results: Mapping[str, StackResult]) -> dict[str, StackResult]:
    """The results of an `up` against what is live now: what the engine could not take back makes a stack `drifted`.

    The engine knows only what it made and what it set; a foreign policy, or a field that we leave alone, stays.
    """
    ran = [job for job in found if results[job.platform].ok and not job.copy.recorded()]
    if not ran:
        return dict(results)
    live = snapshot(fleet, ran)
    final = dict(results)
    for job in ran:
        result = results[job.platform]
        if lines := live.differences(job.objects.all):
            final[job.platform] = replace(result, state="drifted", reason=told(lines))
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


def survey(fleet: Fleet, found: Sequence[Job]) -> Survey:
    """Compare every stack with the cluster; nothing is to do where objects, approval and live objects all agree."""
    live = snapshot(fleet, found)
    same = {}
    for job in found:
        record = job.copy.recorded()
        if record.get("fingerprint") != job.objects.fingerprint or live.differences(job.objects.all):
            continue
        count = len(job.objects.all)
        same[job.platform] = StackResult(
            job.platform,
            "unchanged",
            unchanged=count,
            reason=f"the objects equal those of the last up, and all {count} live ones agree",
            digest=job.objects.digest,
            outputs=record.get("outputs") or {},
        )
    return Survey(same, frozenset(job.platform for job in found if live.holds_none(job.objects.all)))


def snapshot(fleet: Fleet, found: Sequence[Job]) -> Snapshot:
    """Everything live of the kinds that the jobs use."""
    server = ApiServer(fleet.kubeconfig, fleet.inventory.environment.context)
    try:
        return Snapshot(server, {(item.api_version, item.kind) for job in found for item in job.objects.all})
    finally:
        server.close()


def engine_env(fleet: Fleet) -> dict[str, str]:
    """The engine's environment: where its state is, how it is opened, which cluster it talks to."""
    backend = fleet.backend or f"file://{state_folder(fleet.root, fleet.environment)}"
    return {
        **fleet.env,
        "PULUMI_BACKEND_URL": backend,
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase_file(fleet.root, fleet.environment)),
        "KUBECONFIG": str(fleet.kubeconfig),
    }


def command(fleet: Fleet) -> automation.PulumiCommand:
    """The engine's command; EnvironmentFailed when it is missing or too old."""
    try:
        return automation.PulumiCommand(root=str(fleet.pulumi_root))
    except (OSError, automation.InvalidVersionError) as error:
        raise EnvironmentFailed(f"{fleet.pulumi_root}/bin/pulumi", str(error), "run: jiyue engine install") from error


@contextmanager
def opened(
    fleet: Fleet,
    engine: automation.PulumiCommand,
    copy: WorkCopy,
    objects: PlatformObjects | None,
    *,
    mend: bool = True,
    absent: bool = False,
) -> Iterator[LeanStack]:
    """A stack that is ours alone, with the program of its objects, free of what a killed run left behind.

    That is a lock, removed when its holder is dead, and with `mend` creations that never ended: they are dropped from
    the state, and the next `up` adopts the objects by their names. `absent` says that the cluster holds none of them.
    """
    env = engine_env(fleet)
    program = None if objects is None else (lambda: assemble(objects, str(fleet.kubeconfig)))
    with own_lock(copy.folder, f"stack {copy.platform}"):
        exists, known = copy.initialised, None
        if not fleet.backend:
            state = state_folder(fleet.root, fleet.environment)
            remove_dead(state, copy.platform)
            known = saved(state, copy.platform)
            exists = exists and known is not None
            if absent or known is None or not known.resources:
                # Between the steps of a first up nothing is saved: it takes a third of the processor time. Killed, it
                # leaves objects that no state knows; the next up meets them under the same names and field manager
                # and adopts them. Later runs save after each step: then a state knows what must be deleted.
                env["PULUMI_SKIP_CHECKPOINTS"] = "true"
        # Of another backend nothing is known here, so its stacks are always read first.
        holds = bool(fleet.backend or (known and known.resources))
        stack = open_stack(copy.platform, copy.folder, engine, env, exists=exists, known=holds, program=program)
        if mend and known is not None and known.pending:
            _mend(stack, fleet.parallel)
        yield stack


def _mend(stack: LeanStack, parallel: int) -> None:
    try:
        stack.refresh(parallel=parallel, clear_pending_creates=True, color="never", suppress_progress=True)
    except automation.CommandError as error:
        cause = f"what an interrupted run left cannot be cleared ({short(str(error))})"
        raise EnvironmentFailed(f"stack {stack.name}", cause, "run it again when the cluster answers") from None


def side_by_side(fleet: Fleet, found: Sequence[Job], one: Callable[[Job], StackResult]) -> dict[str, StackResult]:
    """Run a function on every job; an error of one stack is its result."""
    by_name = {job.platform: job for job in found}
    return each(fleet, list(by_name), lambda name: one(by_name[name]))


def each(fleet: Fleet, names: Sequence[str], one: Callable[[str], StackResult]) -> dict[str, StackResult]:
    """Run a function on every platform, `fleet.jobs` at a time, in order of starting."""

    def guarded(name: str) -> StackResult:
        try:
            return one(name)
        except JiyueError as error:
            return StackResult(name, "failed", reason=str(error))

    with ThreadPoolExecutor(max(1, fleet.jobs)) as pool:
        return dict(zip(names, pool.map(guarded, names), strict=True))


def province(inventory: Inventory) -> frozenset[str]:
    """Platforms of the province itself."""
    codes = {region.code for region in inventory.regions if region.level == Level.PROVINCE}
    return frozenset(platform.name for platform in inventory.platforms if platform.code in codes)
