"""A stack of the fleet opened for the engine: ours alone, free of what a killed run left behind.

Only what really starts an engine imports this module: the SDK takes a second, and nothing may load it in threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pulumi import automation

from infra import fleetwork as work
from infra.enginerun import LeanStack, open_stack, short
from infra.fleetwork import Fleet, engine_env
from infra.locks import own_lock, remove_dead
from infra.objects.platform import PlatformObjects
from infra.orphans import OWNER, end_orphans
from infra.program import assemble
from infra.workcopy import Saved, WorkCopy, drop_torn, known_of, saved, state_folder
from inventory.errors import EnvironmentFailed

GARBAGE, PATIENT = "GOGC", "400"
"""The engine and its provider are short-lived: collecting their garbage later saves a part of their processor time."""

PATIENCE = 30.0
"""Seconds for an engine to end that lost its command; we hold the stack's own lock, so nobody else of ours works."""


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

    That is a lock, removed when its holder is dead, a provider without its engine, and with `mend` creations that never
    ended: they are dropped from the state, and the next `up` adopts the objects by their names. `absent` says that the
    cluster holds none of them.
    """
    env = {GARBAGE: PATIENT, **engine_env(fleet), OWNER: str(copy.folder)}
    program = None if objects is None else (lambda: assemble(objects, str(fleet.kubeconfig)))
    with own_lock(copy.folder, f"stack {copy.platform}"):
        exists, known = copy.initialised, None
        if not fleet.backend:
            state = state_folder(fleet.root, fleet.environment)
            remove_dead(state, copy.platform, PATIENCE)
            end_orphans(copy.folder)
            drop_torn(state, copy.platform)
            known = saved(state, copy.platform)
            exists = exists and known is not None
            if not exists:
                share_salt(fleet, copy)
        stack = open_stack(copy.platform, copy.folder, engine, env, exists=exists, known=False, program=program)
        if fleet.backend:
            end_orphans(copy.folder)
            known = _exported(stack)
        stack.known = known is not None and known.resources > 0
        if absent or not stack.known:
            # Between the steps of a first up nothing is saved: it takes a third of the processor time. Killed, it
            # leaves objects that no state knows; the next up meets them under the same names and field manager
            # and adopts them. Later runs save after each step: then a state knows what must be deleted.
            stack.workspace.env_vars = {**env, "PULUMI_SKIP_CHECKPOINTS": "true"}
        if mend and known is not None and known.pending:
            _mend(stack, fleet.parallel)
        yield stack


def share_salt(fleet: Fleet, copy: WorkCopy) -> None:
    """Let a new stack's secrets be locked like those of the province's stack, which it will read.

    The passphrase is the same for both anyway; an engine derives one key per salt, a third of a second each time.
    """
    for name in sorted(work.province(fleet.inventory) - {copy.platform}):
        copy.share_salt(fleet.copy(name))


def left_in(fleet: Fleet, stack: LeanStack) -> tuple[str, ...]:
    """Objects of the cluster that an open stack still holds, whatever its backend."""
    if fleet.backend:
        return _exported(stack).objects
    known = saved(state_folder(fleet.root, fleet.environment), stack.name)
    return known.objects if known else ()


def _exported(stack: LeanStack) -> Saved:
    """What another backend knows of a stack, by its own export."""
    try:
        return known_of(stack.export_stack().deployment or {})
    except automation.CommandError as error:
        cause = f"its state cannot be read ({short(str(error))})"
        raise EnvironmentFailed(f"stack {stack.name}", cause, "restore it: jiyue stack state restore") from None


def _mend(stack: LeanStack, parallel: int) -> None:
    try:
        stack.refresh(parallel=parallel, clear_pending_creates=True, color="never", suppress_progress=True)
    except automation.CommandError as error:
        cause = f"what an interrupted run left cannot be cleared ({short(str(error))})"
        raise EnvironmentFailed(f"stack {stack.name}", cause, "run it again when the cluster answers") from None
