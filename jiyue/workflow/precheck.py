"""The pre-check over the current proposals: what routes and filters do before and after, for the whole province."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import EnvironmentFailed, GateError, InputError, NothingChecked
from inventory.model import SHARED
from ipv6.change.compose import prepare, rendered
from ipv6.change.digest import from_json
from ipv6.change.findings import Finding
from ipv6.change.model import ChangeSet
from ipv6.precheck.expect import expectation
from ipv6.precheck.judge import judge
from ipv6.precheck.verdict import Reason, Result
from jiyue.workflow.services import Services

MOST = 64 << 20
"""Bytes of a change set file that are read at most."""

Texts = dict[str, dict[tuple[str, str], str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for the chosen platforms; `assumed` are platforms whose planned texts stood in for a proposal."""

    result: Result
    platforms: tuple[str, ...]
    assumed: tuple[str, ...]
    devices: int
    deferred: int


def precheck(services: Services, platforms: Sequence[str], files: Sequence[Path] = ()) -> Checked:
    """Judge the current proposals together, and tell what concerns the chosen platforms (`shared` included).

    A change set in `files` takes the place of its platform's proposal. NothingChecked when there is no proposal.
    """
    changes = _changes(services, files)
    if not changes:
        raise NothingChecked("precheck", "nothing has been proposed", "run: jiyue ipv6 propose")
    inv = services.inventory
    ready = prepare(inv, services.store.claims())
    before: Texts = {}
    after: Texts = {}
    for change in changes.values():
        for device in change.devices:
            if not device.deferred:
                before[device.device] = {(one.driver, one.object): one.base for one in device.sections}
                after[device.device] = {(one.driver, one.object): one.intended for one in device.sections}
    assumed = set()
    for name, found in inv.devices.items():
        if inv.holds(found) and name not in after:
            assumed.add(inv.platform_of_device[name])
            before[name], after[name] = dict(rendered(ready.before[name])), dict(rendered(ready.after[name]))
    with uncollected():
        result = judge(before, after, expectation(inv, ready.by_key))
    mine = tuple(reason for reason in result.reasons if concerns(services, reason, platforms))
    deferred = sum(1 for device in inv.devices.values() if not inv.holds(device))
    told = Result(mine, result.unknowns, result.notes, result.checked)
    return Checked(told, tuple(platforms), tuple(sorted(assumed)), len(after), deferred)


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave the cycle collector off for a while: the pre-check makes millions of tuples and no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def findings(services: Services, platforms: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """The pre-check as findings beside each proposal, for the review queue; one run serves all platforms.

    What breaks is high, what was not understood medium. Nothing proposed: empty. A stored text that is damaged leaves
    nothing to judge, which is told beside each.
    """
    try:
        done = precheck(services, (SHARED, *services.platforms))
    except NothingChecked:
        return {}
    except GateError as error:
        return {name: (Finding("precheck", "medium", error.place, f"not judged: {error.cause}"),) for name in platforms}
    found: dict[str, list[Finding]] = {name: [] for name in platforms}
    for name in platforms:
        for reason in done.result.reasons:
            if concerns(services, reason, (name,)):
                found[name].append(Finding("precheck", "high", reason.pair, reason.text))
        for line in done.result.unknowns:
            if services.inventory.platform_of_device.get(line.split(":")[0].partition("/")[0], name) == name:
                found[name].append(Finding("precheck", "medium", line.split(":")[0], f"not understood: {line}"))
    return {name: tuple(rows) for name, rows in found.items()}


def concerns(services: Services, reason: Reason, platforms: Sequence[str]) -> bool:
    """Whether a reason belongs to one of the platforms: by its pair, or by the device that causes it."""
    owner = services.inventory.platform_of_device.get(reason.device.partition("/")[0], "")
    return reason.platform in platforms or owner in platforms or not (reason.platform or owner)


def _changes(services: Services, files: Sequence[Path]) -> Mapping[str, ChangeSet]:
    found: dict[str, ChangeSet] = {}
    for platform in (SHARED, *services.platforms):
        record = services.store.current(platform)
        if record is not None:
            found[platform] = services.store.change_set(record.digest)
    for path in files:
        change = _read(path)
        if change.environment != services.inventory.environment.name:
            fix = f"use --env {change.environment}"
            raise InputError(str(path), f"it is for the environment {change.environment}", fix)
        found[change.platform] = change
    return found


def _read(path: Path) -> ChangeSet:
    try:
        if path.stat().st_size > MOST:
            raise InputError(str(path), "the file is too large for a change set", "take the file that propose wrote")
        return from_json(path.read_bytes())
    except InputError as error:
        raise InputError(f"{path}: {error.place}", error.cause, error.fix) from error
    except OSError as error:
        raise EnvironmentFailed(str(path), f"it cannot be read: {error.strerror}", "name a file that exists") from error
