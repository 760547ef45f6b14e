"""The operations of the fleet that start engines; imported only when one is needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pulumi.automation import PulumiCommand

from infra import fleetwork as work
from infra.enginerun import LeanStack, Tally, run
from infra.fleetwork import Fleet, Job
from infra.joining import comparable
from infra.objects.platform import PlatformObjects
from infra.opening import command, left_in, opened
from infra.readiness import settled
from infra.result import StackResult
from infra.workcopy import WorkCopy
from inventory.errors import JiyueError

Progress = Callable[[str, int, int, str], None]


def bring_up(fleet: Fleet, jobs: Sequence[Job], absent: Collection[str], progress: Progress) -> dict[str, StackResult]:
    """`up` of every job, wave after wave; `absent` are platforms of which the cluster holds nothing."""
    engine = command(fleet)
    waves = work.waves(fleet.inventory, [job.platform for job in jobs])
    later = {name for wave in waves[1:] for name in wave[1]} | work.province(fleet.inventory)
    with ThreadPoolExecutor(1) as ahead:
        # One after the other, the province first: the stacks of the cities share its salt.
        made = {job.platform: ahead.submit(_made, fleet, engine, job.copy) for job in jobs if job.platform in later}
        return _in_waves(fleet, jobs, engine, absent, progress, made)


def _made(fleet: Fleet, engine: PulumiCommand, copy: WorkCopy) -> None:
    """Have a stack in the backend before its wave begins: it starts a process, and no cluster is asked.

    What goes wrong here is said when the stack's turn comes.
    """
    if not copy.initialised:
        with suppress(JiyueError), opened(fleet, engine, copy, None, mend=False):
            pass


def _in_waves(
    fleet: Fleet,
    jobs: Sequence[Job],
    engine: PulumiCommand,
    absent: Collection[str],
    progress: Progress,
    made: Mapping[str, Future[None]],
) -> dict[str, StackResult]:
    def one(job: Job) -> StackResult:
        if job.platform in made:
            made[job.platform].result()
        with opened(fleet, engine, job.copy, job.objects, absent=job.platform in absent) as stack:
            job.copy.forget()

            def operate(tally: Tally) -> None:
                stack.up(**_words(fleet, tally), refresh=stack.known)

            result, _ = run(stack, "updated", _counted(progress, job), operate)
            if result.ok and not (result.created or result.updated or result.deleted):
                result = replace(result, state="unchanged", reason="the engine found nothing to change")
            return replace(result, digest=job.objects.digest)

    totals = {job.platform: job.objects.steps for job in jobs}

    def settle(results: dict[str, StackResult]) -> dict[str, StackResult]:
        return settled(fleet, results, lambda name, text: progress(name, totals[name], totals[name], text))

    return work.in_waves(fleet, jobs, one, settle)


def look(fleet: Fleet, jobs: Sequence[Job], progress: Progress) -> dict[str, StackResult]:
    """`preview` of every job."""
    engine = command(fleet)

    def one(job: Job) -> StackResult:
        alone = job.objects.centre and not comparable(fleet, job)
        objects = replace(job.objects, centre="") if alone else job.objects
        with opened(fleet, engine, job.copy, objects, mend=False) as stack:

            def operate(tally: Tally) -> None:
                stack.preview(**_words(fleet, tally), refresh=stack.known)

            result, tally = run(stack, "previewed", _counted(progress, job), operate)
            changed = (*tally.changed, *([_alone(job.objects)] if alone else ()))
            reason = result.reason or "; ".join(changed[:10]) or "nothing to change"
            return replace(result, reason=reason, lines=changed, digest=job.objects.digest)

    return work.side_by_side(fleet, jobs, one)


def _alone(objects: PlatformObjects) -> str:
    """Said by the preview of a city while nothing is known of its province."""
    return f"not compared with the province's stack {objects.centre}: bring it up first"


def take_down(fleet: Fleet, names: Sequence[str], progress: Progress, with_library: bool) -> dict[str, StackResult]:
    """`destroy` of every platform; without `with_library` the protected objects and what they depend on stay, and all
    of them are named."""
    engine = command(fleet) if any(fleet.copy(name).initialised for name in names) else None

    def one(name: str) -> StackResult:
        copy = fleet.copy(name)
        if engine is None or not copy.initialised:
            return StackResult(name, "absent", reason="this stack was never brought up here")
        with opened(fleet, engine, copy, None) as stack:
            copy.forget()
            if with_library:
                stack.unprotect()
            result = _destroyed(fleet, stack, progress, with_library)
            lines = left_in(fleet, stack) if result.ok and not with_library else ()
        return replace(result, reason="the information library's storage is kept", lines=lines) if lines else result

    return work.each(fleet, names, one)


def _destroyed(fleet: Fleet, stack: LeanStack, progress: Progress, with_library: bool) -> StackResult:
    def operate(tally: Tally) -> None:
        stack.destroy(**_words(fleet, tally), exclude_protected=not with_library)

    name = stack.name
    return run(stack, "destroyed", lambda done, text: progress(name, done, 0, text), operate)[0]


def _words(fleet: Fleet, tally: Tally) -> dict[str, Any]:
    """What every operation of the engine is told."""
    return {"parallel": fleet.parallel, "color": "never", "suppress_progress": True, "on_event": tally}


def _counted(progress: Progress, job: Job) -> Callable[[int, str], None]:
    total = job.objects.steps
    return lambda done, text: progress(job.platform, min(done, total), total, text)
