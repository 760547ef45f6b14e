"""Applies approved change sets: gates, then every step of the schedule, journalled so that it can be resumed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from inventory.errors import InputError, worst
from inventory.model import Inventory
from ipv6.apply import evidence, gates, identity, window
from ipv6.apply.control import Control
from ipv6.apply.devices import count_failures, may_go_on, run_devices, undo, waiting
from ipv6.apply.lock import environment_lock, user
from ipv6.apply.names import open_records, run_records
from ipv6.apply.observe import Observed, observe, wanted_by
from ipv6.apply.past import resume
from ipv6.apply.run import (
    APPLIED,
    CHECK_FAILED,
    ENVIRONMENT,
    FAILED,
    PARTLY,
    REFUSED,
    SKIPPED,
    STOPPED,
    UNCHANGED,
    Policy,
    Run,
    Unit,
)
from ipv6.apply.schedule import Step, before, narrowed, schedule
from ipv6.change.model import ChangeSet, DeviceChange, RecordChange
from ipv6.change.plan import derive
from ipv6.drivers.registry import driver, text_hash
from ipv6.ports import Clock, Prober, Progress, Publisher, Store, Transport


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """How one platform came out: applied, unchanged, partly-applied, rolled-back, withdrawn, stopped, failed or
    skipped; and why. `standins` are devices that only stand in for real ones: what they say proves nothing on those."""

    platform: str
    digest: str
    state: str
    reasons: tuple[str, ...]
    deferred: int
    code: int
    standins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """How a run came out, platform by platform in the order they were given; `halted` says why it stopped early."""

    run: str
    platforms: tuple[PlatformResult, ...]
    halted: str = ""

    @property
    def exit_code(self) -> int:
        """0, or the exit code that wins among the platforms' (design, section 5)."""
        return worst([result.code for result in self.platforms])


def apply(
    digests: Mapping[str, str],
    inv: Inventory,
    store: Store,
    transport: Transport,
    prober: Prober,
    clock: Clock,
    progress: Progress,
    run_id: str,
    lock: Path,
    policy: Policy | None = None,
    inputs: Mapping[str, str] = MappingProxyType({}),
    publisher: Publisher | None = None,
    limit: Iterable[str] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> ApplyResult:
    """Apply these change sets (digest by platform, `shared` included).

    Raises Refused (exit 3) before anything is changed when a gate is closed for the whole run, GateError when another
    run holds `lock`. `inputs` are the hashes of the files that a change set would be made from now: one that was made
    from others is void. `limit` narrows the run to devices and regions (by name or code); a platform that is not
    whole afterwards is `partly-applied` and gets no records. Whatever happens to a platform afterwards is in the
    result. `publisher` carries the record sets; without one the name servers' hosts change them alone. When the run
    itself dies, every device takes its unconfirmed change back by itself, and the next run goes on from there.
    """
    if not digests:
        raise InputError("apply", "no change set was named", "name the platforms to apply")
    steps, words = schedule(inv, digests), tuple(limit)
    with environment_lock(lock, clock.now(), f"apply {', '.join(digests)}", run_id):
        changes = gates.check(digests, inv, store, clock.now(), inputs)
        only = narrowed(inv, changes, words) if words else None
        control = Control(store, clock, progress, run_id, sleep)
        known, policy = identity.pinned(inv, store), policy or Policy(ttl_wait=inv.environment.ttl_wait)
        run = Run(store, transport, prober, clock, progress, run_id, policy, inv, control, known, publisher)
        units = {one: Unit(one, digest, changes[one], only=only) for one, digest in digests.items()}
        observed, alone = _look(run, changes, digests)
        control.stands("running", "resuming", user=user(), since=clock.now(), platforms=list(digests))
        if resume(run, list(units.values())):
            observed, alone = _look(run, changes, digests)
        _examine(run, list(units.values()), observed, alone)
        _walk(run, steps, units)
        _close(run, list(units.values()))
        control.stands("ended", "", why=control.halted)
    return ApplyResult(run_id, tuple(result_of(unit) for unit in units.values()), control.halted)


def _look(
    run: Run, changes: Mapping[str, ChangeSet], digests: Mapping[str, str]
) -> tuple[Observed, dict[str, list[str]]]:
    """What runs on the devices now, and the gates that need it: by platform, why it must not be touched."""
    run.progress.now("reading what runs on the devices")
    observed = observe(run.transport, [one for change in changes.values() for one in wanted_by(change)])
    strangers = identity.strangers(run.identities, observed.identities)
    identity.pin(run.store, run.identities, observed.identities, run.clock.now())
    alone = gates.ready(changes, digests, run.inv, run.store, run.clock.now(), observed)
    return observed, {one: [*identity.of(changes[one], strangers)] or reasons for one, reasons in alone.items()}


def _examine(run: Run, units: Sequence[Unit], observed: Observed, alone: Mapping[str, Sequence[str]]) -> None:
    """Hold the platforms that must not be touched, and find what is left to do on the others."""
    if run.inv.environment.kind == "lab":
        run.progress.note(f"environment {run.inv.environment.name} is a lab: its change window is always open")
    if doubt := window.unlisted(run.inv, run.clock.now()):
        run.progress.note(doubt)
    for unit in units:
        unit.fail(ENVIRONMENT, (f"no management path: {text}" for text in gates.reachable(unit.change, observed)))
        if not unit.failed:
            unit.fail(REFUSED, alone[unit.platform])
        unit.standins |= observed.standins & {device.device for device in unit.held}
        for device in unit.held:
            unit.live[device.device] = _live(unit, device, observed)
        unit.published = tuple(record for record in open_records(unit) if _served(record, observed) == record.after)
        if not unit.failed and _nothing_left(unit) and run.store.applied_digest(unit.platform) == unit.digest:
            unit.settled, unit.state = True, UNCHANGED
            unit.reasons = list(derive(unit.change).reasons) if not derive(unit.change).changes else []
            unit.reasons.insert(0, "already applied and still as intended")
            if unit.touched:
                run.journal(unit, "done", "", APPLIED)
    undo(run, [unit for unit in units if unit.failed and unit.touched], "resume")


def _live(unit: Unit, device: DeviceChange, observed: Observed) -> str:
    known = unit.live.get(device.device, "")
    if known in ("committed", "unreachable") or device.device in observed.failed:
        return known or "unreachable"
    for section in device.sections:
        text = observed.sections[(device.device, section.driver, section.object)]
        if text_hash(driver(section.driver).normalise(text)) != section.intended_hash:
            return "base"
    return "confirmed" if known == "confirmed" else "intended"


def _served(record: RecordChange, observed: Observed) -> tuple[str, ...]:
    return observed.records.get((record.server, record.zone, record.name, record.type), (0, ()))[1]


def _nothing_left(unit: Unit) -> bool:
    done = all(unit.live[device.device] in ("intended", "confirmed") for device in unit.held)
    return done and len(unit.published) == len(open_records(unit))


def _walk(run: Run, steps: Sequence[Step], units: Mapping[str, Unit]) -> None:
    for step in steps:
        group = [units[platform] for platform in step.platforms]
        if step.phase == "devices" and _work(group):
            evidence.require(run, before(run.inv, step), units, step.name)
        if not run.control.halted and step.phase == "devices":
            _narrow(run, group, begun=False)
            run_devices(run, step, group)
            _narrow(run, group, begun=True)
        elif not run.control.halted:
            _records(run, step, group)
        count_failures(run, step, group)
        broken = [unit.platform for unit in group if unit.failed or (unit.left_out and step.decisive)]
        if broken and step.decisive:
            names = ", ".join(broken)
            why = f"{names} failed, on which everything after it depends"
            if not any(unit.failed for unit in group):
                why = f"{names} is not whole, and everything after it depends on it"
            run.control.halt(CHECK_FAILED, why)
        if run.control.halted:
            run.progress.note(f"stopped: {run.control.halted}")
            _skip(run, units.values())
            return


def _work(group: Sequence[Unit]) -> bool:
    """Whether anything is left to do for these platforms."""
    return any(not unit.failed and not unit.settled for unit in group)


def _narrow(run: Run, group: Sequence[Unit], begun: bool) -> None:
    """Settle the platforms that the limit leaves out: those without any device in it, then those that are not whole."""
    for unit in group:
        if unit.failed or unit.settled or not unit.left_out or run.control.halted:
            continue
        if not (begun or unit.touched or waiting(unit)):
            unit.settled, unit.state = True, SKIPPED
            unit.reasons.append("none of its devices is within --limit")
        elif begun:
            done = len(unit.held) - len(unit.left_out)
            unit.settled, unit.state = True, PARTLY
            unit.reasons.append(f"{done} of {len(unit.held)} devices are as intended, the rest is outside of --limit")
            unit.reasons.append(f"no AAAA before the others: {', '.join(unit.left_out)}")
            run.journal(unit, "limit", "", PARTLY, "; ".join(unit.reasons))


def _records(run: Run, step: Step, group: Sequence[Unit]) -> None:
    """The record sets of the platforms whose devices are whole; then they are applied."""
    ready = [unit for unit in group if not unit.failed and not unit.settled]
    if not ready or not may_go_on(run, group, f"{step.name} records"):
        return
    run_records(run, ready, step.name)
    for unit in ready:
        if not unit.failed:
            run.store.applied(unit.digest)
            run.journal(unit, "done", "", APPLIED)
            unit.settled, unit.state = True, APPLIED
            run.progress.note(f"{unit.platform}: applied {unit.digest[:12]}")


def _skip(run: Run, units: Iterable[Unit]) -> None:
    """What the run does not come to any more."""
    for unit in units:
        if not unit.settled and not unit.failed:
            unit.state = STOPPED if "confirmed" in unit.live.values() else SKIPPED
            unit.fail(run.control.code, [f"stopped: {run.control.halted}"])
            if unit.state == STOPPED:
                unit.reasons.append("its devices are confirmed, its records wait for the next run")


def _close(run: Run, units: Sequence[Unit]) -> None:
    for unit in units:
        if unit.failed:
            unit.state = unit.state or FAILED
            # What was applied before and not touched now still runs: forgetting it would open the gate of `rollback`.
            if unit.touched or run.store.applied_digest(unit.platform) != unit.digest:
                run.store.reverted(unit.digest, tuple(unit.reasons))


def result_of(unit: Unit) -> PlatformResult:
    """How a platform came out of a run."""
    deferred = sum(1 for device in unit.change.devices if device.deferred)
    said, standins = tuple(unit.reasons), tuple(sorted(unit.standins))
    return PlatformResult(unit.platform, unit.digest, unit.state, said, deferred, unit.code, standins)
