"""One run of the engine on one stack: the program inline, events counted, errors turned into reasons."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import events

from infra.locks import refused_by_dead
from infra.result import StackResult
from inventory.errors import EnvironmentFailed

Counted = Callable[[int, str], None]
"""Called as `counted(done, text)` after each finished step of the engine."""


class Tally:
    """Counts the engine's events and keeps its errors."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._done = 0
        self.changes: Counter[str] = Counter()
        self.changed: list[str] = []
        self.errors: list[str] = []
        self.outputs: dict[str, Any] = {}

    def __call__(self, event: events.EngineEvent) -> None:
        """Take one event."""
        if (found := event.res_outputs_event or event.resource_pre_event) is not None:
            metadata = found.metadata
            if event.res_outputs_event is not None:
                self._done += 1
                self._counted(self._done, metadata.urn.rsplit("::", 1)[-1])
                if metadata.type == "pulumi:pulumi:Stack" and metadata.new is not None:
                    self.outputs = dict(metadata.new.outputs or {})
            elif metadata.op not in (events.OpType.SAME, events.OpType.READ, events.OpType.REFRESH):
                self.changed.append(f"{metadata.op.value} {metadata.urn.rsplit('::', 1)[-1]}")
        if (diagnostic := event.diagnostic_event) is not None and diagnostic.severity == "error":
            text = " ".join(diagnostic.message.partition("Traceback (most recent call last)")[0].split())
            if text and text not in self.errors:
                self.errors.append(text)
        if event.summary_event is not None:
            self.changes.update({_word(key): count for key, count in event.summary_event.resource_changes.items()})

    def result(self, platform: str, state: str, seconds: float) -> StackResult:
        """The counts as a result; replacements count as updates."""
        changes = self.changes
        replaced = changes["replace"]
        return StackResult(
            platform,
            state,
            created=changes["create"],
            updated=changes["update"] + replaced,
            unchanged=changes["same"],
            deleted=changes["delete"],
            seconds=round(seconds, 2),
            outputs=self.outputs,
        )


def _word(key: object) -> str:
    return str(getattr(key, "value", key))


class LeanStack(automation.Stack):
    """A stack that spawns the command once per operation.

    The base class runs `stack select`, `stack output` twice and `stack history` around each operation; the fleet names
    the stack on every call, and reads outputs and counts from the events.
    """

    def __init__(self, name: str, workspace: automation.Workspace, known: bool) -> None:
        self.name = name
        self.workspace = workspace
        self.known = known
        """Whether the state holds resources; then an `up` reads them first, or it would not see what has drifted."""

    def outputs(self) -> automation.OutputMap:
        """Empty: they come with the events."""
        return {}

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary:
        """A placeholder: the summary comes with the events."""
        return automation.UpdateSummary(
            kind="update", start_time=datetime.fromtimestamp(0, UTC), message="", environment={}, config={}, result=""
        )

    def unprotect(self) -> None:
        """Lift everything that keeps resources when the stack is destroyed, so that a destroy takes all of it."""
        deployment = self.export_stack()
        for item in (deployment.deployment or {}).get("resources") or ():
            item.pop("protect", None)
            item.pop("retainOnDelete", None)
        self.import_stack(deployment)


def open_stack(
    name: str,
    folder: Path,
    command: automation.PulumiCommand,
    env: Mapping[str, str],
    *,
    exists: bool,
    known: bool,
    program: Callable[[], None] | None = None,
) -> LeanStack:
    """The stack of a working copy, made in the backend when it does not exist yet."""
    workspace = automation.LocalWorkspace(
        work_dir=str(folder), program=program, env_vars=dict(env), pulumi_command=command
    )
    if not exists:
        try:
            workspace.create_stack(name)
        except automation.StackAlreadyExistsError:
            workspace.select_stack(name)  # writes the salt that the copy has lost
        except automation.CommandError as error:
            cause = f"cannot be made ({short(str(error))})"
            raise EnvironmentFailed(f"stack {name}", cause, "make var/ writable") from None
    return LeanStack(name, workspace, known)


def run(
    stack: LeanStack, state: str, counted: Counted, operation: Callable[[Tally], object]
) -> tuple[StackResult, Tally]:
    """Run an operation of the engine; a failure of the engine is a result with its reasons, not an exception."""
    tally, platform = Tally(counted), stack.name
    started = time.monotonic()
    try:
        _once_more(stack, operation, tally)
    except automation.ConcurrentUpdateError as error:
        raise EnvironmentFailed(
            f"stack {platform}", "is locked by another update", "wait until it has ended"
        ) from error
    except automation.CommandError as error:
        result = tally.result(platform, "failed", time.monotonic() - started)
        return replace(result, reason=_reason(tally, str(error))), tally
    return tally.result(platform, state, time.monotonic() - started), tally


def _once_more(stack: LeanStack, operation: Callable[[Tally], object], tally: Tally) -> None:
    """The operation, and once more after a lock that only a dead process of this machine held.

    The caller holds our own lock of the stack, so nobody else here can be at work on it.
    """
    try:
        operation(tally)
    except automation.ConcurrentUpdateError as error:
        if not refused_by_dead(str(error)):
            raise
        stack.cancel()
        operation(tally)


def _reason(tally: Tally, text: str) -> str:
    telling = [line for line in tally.errors if line not in ("update failed", "preview failed")]
    if telling:
        return "; ".join(line[:400] for line in telling[:3])
    return short(text)


def short(text: str) -> str:
    """The telling part of what a failed command wrote."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("error:")]
    return "; ".join(lines[:3])[:600] or " ".join(text.split())[-400:]
