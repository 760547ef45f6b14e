"""Applies approved change sets: gates, then every step of the schedule, journalled so that it can be resumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from inventory.errors import InputError, worst
from inventory.model import Inventory
from ipv6.apply import gates, identity
from ipv6.apply.devices import run_devices, undo
from ipv6.apply.lock import environment_lock
from ipv6.apply.names import open_records, run_records
from ipv6.apply.observe import Observed, observe, wanted_by
from ipv6.apply.past import resume
from ipv6.apply.run import (
    APPLIED,
    CHECK_FAILED,
    ENVIRONMENT,
    FAILED,
    REFUSED,
    SKIPPED,
    UNCHANGED,
    Policy,
    Run,
    Unit,
)
from ipv6.apply.schedule import Step, schedule
from ipv6.change.model import DeviceChange, RecordChange
from ipv6.change.plan import derive
from ipv6.drivers.registry import driver, text_hash
from ipv6.ports import Clock, Prober, Progress, Publisher, Store, Transport


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """How one platform came out: applied, unchanged, rolled-back, withdrawn, failed or skipped; and why."""

    platform: str
    digest: str
    state: str
    reasons: tuple[str, ...]
    deferred: int
    code: int


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """How a run came out, platform by platform in the order they were given."""

    run: str
    platforms: tuple[PlatformResult, ...]

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
) -> ApplyResult:
    """Apply these change sets (digest by platform, `shared` included).

    Raises Refused (exit 3) before anything is touched when a gate on paper is closed, GateError when another run
    holds `lock`. `inputs` are the hashes of the files that a change set would be made from now: one that was made
    from others is void. `publisher` carries the record sets; without one the name servers' hosts change them alone.
    Whatever happens to a platform afterwards is in the result. When the run itself dies, every
    device takes its unconfirmed change back by itself, and the next run goes on from there.
    """
    if not digests:
        raise InputError("apply", "no change set was named", "name the platforms to apply")
    steps = schedule(inv, digests)
    with environment_lock(lock, clock.now()):
        changes = gates.check(digests, inv, store, clock.now(), inputs)
        known = identity.pinned(inv, store)
        policy = policy or Policy(ttl_wait=inv.environment.ttl_wait)
        run = Run(store, transport, prober, clock, progress, run_id, policy, known, publisher)
        units = {platform: Unit(platform, digest, changes[platform]) for platform, digest in digests.items()}
        resume(run, list(units.values()))
        _examine(run, list(units.values()))
        _walk(run, steps, units)
        _close(run, list(units.values()))
    return ApplyResult(run_id, tuple(_result(unit) for unit in units.values()))


def _examine(run: Run, units: Sequence[Unit]) -> None:
    """Prove the management path, compare what runs with the approved base, and find what is left to do."""
    run.progress.now("reading what runs on the devices")
    observed = observe(run.transport, [one for unit in units for one in wanted_by(unit.change)])
    strangers = identity.strangers(run.identities, observed.identities)
    identity.pin(run.store, run.identities, observed.identities, run.clock.now())
    for unit in units:
        unit.fail(REFUSED, identity.of(unit.change, strangers))
        unit.fail(ENVIRONMENT, (f"no management path: {text}" for text in gates.reachable(unit.change, observed)))
        if not unit.failed:
            unit.fail(REFUSED, (f"base moved: {text}" for text in gates.moved(unit.change, observed)))
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
        if step.phase == "devices":
            run_devices(run, group, step.name)
        else:
            run_records(run, group, step.name)
            for unit in group:
                if not unit.failed and not unit.settled:
                    run.store.applied(unit.digest)
                    run.journal(unit, "done", "", APPLIED)
                    unit.settled, unit.state = True, APPLIED
                    run.progress.note(f"{unit.platform}: applied {unit.digest[:12]}")
        broken = [unit for unit in group if unit.failed]
        if broken and step.decisive:
            names = ", ".join(unit.platform for unit in broken)
            for unit in units.values():
                if not unit.settled and not unit.failed:
                    unit.state = SKIPPED
                    unit.fail(CHECK_FAILED, [f"stopped because {names} failed, on which everything after it depends"])
            run.progress.note(f"stopped: {names}")
            return


def _close(run: Run, units: Sequence[Unit]) -> None:
    for unit in units:
        if unit.failed:
            unit.state = unit.state or FAILED
            # What was applied before and not touched now still runs: forgetting it would open the gate of `rollback`.
            if unit.touched or run.store.applied_digest(unit.platform) != unit.digest:
                run.store.reverted(unit.digest, tuple(unit.reasons))


def _result(unit: Unit) -> PlatformResult:
    deferred = sum(1 for device in unit.change.devices if device.deferred)
    return PlatformResult(unit.platform, unit.digest, unit.state, tuple(unit.reasons), deferred, unit.code)
