"""The devices of one step, batch by batch: commit with a timer, prove, then confirm or roll back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from inventory.errors import JiyueError
from ipv6.apply import gates, payload
from ipv6.apply.batches import Batch, Member, batches
from ipv6.apply.names import withdraw
from ipv6.apply.run import (
    CHECK_FAILED,
    CODES,
    ENVIRONMENT,
    FAILED,
    REFUSED,
    ROLLED_BACK,
    STOPPED,
    Run,
    Unit,
    prove,
)
from ipv6.apply.schedule import Step
from ipv6.change.model import DeviceChange

BASELINE = "ipv4-baseline"
STEP = "devices"
OPEN = ("started", "committed", "unreachable", "failed")
"""Journalled states after which a device may hold an unconfirmed change."""


def run_devices(run: Run, step: Step, units: Sequence[Unit]) -> None:
    """Bring the devices of these platforms to what is intended.

    A platform that fails is rolled back on its own, one whose IPv4 suffers takes the whole wave back. A run that has to
    stop takes back what is unconfirmed; more failures than the step's budget are such a stop.
    """
    units = [unit for unit in units if not unit.failed and not unit.settled]
    _baseline(run, units, step.name)
    planned, proven = _batches(run, step, units), set[str]()
    for number, batch in enumerate(((), *planned)):
        where = f"{step.name} {number}/{len(planned)}"
        if not may_go_on(run, units, where):
            break
        _change(run, units, batch, where)
        _settle(run, units, proven, where)
        _take_wave_back(run, units, where)
        count_failures(run, step, units)
    if run.control.halted:
        release(run, units, step.name)


def waiting(unit: Unit) -> list[DeviceChange]:
    """The devices that this run still has to bring to what is intended."""
    return [device for device in unit.held if unit.live.get(device.device) == "base" and unit.within(device.device)]


def unconfirmed(unit: Unit) -> list[DeviceChange]:
    """The devices that may hold a change which nobody confirmed."""
    return [device for device in unit.held if unit.live.get(device.device) in OPEN]


def may_go_on(run: Run, units: Sequence[Unit], where: str) -> bool:
    """Whether the next batch may begin: nobody said otherwise, and every approval and window still holds."""
    run.control.heed(where, safe=not any(unconfirmed(unit) for unit in units))
    for unit in units if not run.control.halted else ():
        if unit.failed or unit.settled:
            continue
        if reason := gates.still(unit.platform, unit.digest, run.inv, run.store, run.clock.now()):
            run.control.halt(REFUSED, f"{unit.platform}: {reason}")
    if not run.control.halted:
        run.control.stands("running", where)
    return not run.control.halted


def count_failures(run: Run, step: Step, units: Sequence[Unit]) -> None:
    """Halt the run when more platforms of the step failed than its budget allows."""
    broken = [unit.platform for unit in units if unit.failed]
    if len(broken) > step.pace.budget and not step.decisive:
        cause = f"{len(broken)} platforms of {step.name} failed ({', '.join(broken)})"
        run.control.halt(CHECK_FAILED, f"{cause}, its error budget is {step.pace.budget}")


def _batches(run: Run, step: Step, units: Sequence[Unit]) -> tuple[Batch, ...]:
    members = [
        Member(device.device, unit.platform, device.role, device.region) for unit in units for device in waiting(unit)
    ]
    held = Counter(device.region for unit in units for device in unit.held)
    return batches(members, step.pace.share, run.policy.rank, run.inv.twins, held)


def _baseline(run: Run, units: Sequence[Unit], name: str) -> None:
    """IPv4 as it was before the first commit; a resumed run keeps the one measured then."""
    kept: Mapping[str, Any] = run.store.results(BASELINE)
    fresh = [unit for unit in units if not unit.touched or kept.get(unit.platform, {}).get("digest") != unit.digest]
    if fresh:
        run.progress.now(f"{name}: measuring IPv4 before the change")
    for unit, found in run.each(fresh, lambda unit: run.prober.ipv4_baseline(unit.change)):
        if isinstance(found, JiyueError):
            unit.fail(ENVIRONMENT, [str(found)])
            continue
        run.store.put_result(BASELINE, unit.platform, {"digest": unit.digest, "values": dict(found)})
        run.journal(unit, "baseline", "", "measured", f"{len(found)} values")


def _change(run: Run, units: Sequence[Unit], batch: Batch, where: str) -> None:
    """Commit the devices of a batch, rank by rank; a platform that fails gets no further."""
    names = {member.device for member in batch}
    for rank in sorted({run.policy.rank(member.role) for member in batch}):
        if run.control.aborted():
            return
        chosen = [
            (unit, device)
            for unit in units
            if not unit.failed
            for device in waiting(unit)
            if device.device in names and run.policy.rank(device.role) == rank
        ]
        _commit(run, chosen, where)
        _watched(run, units)


def _commit(run: Run, chosen: Sequence[tuple[Unit, DeviceChange]], where: str) -> None:
    orders = [(unit, payload.commit(device, unit.digest, run.policy.timer)) for unit, device in chosen]
    if not orders:
        return
    run.progress.now(f"{where}: changing {len(orders)} devices, {run.policy.timer} s until they take it back")
    for unit, target in orders:
        # Before the answer is known the device counts as changed: only an answer makes it something else.
        unit.live[target.device] = "started"
        unit.touched = True
    for unit, device, result in run.send(orders, STEP, f"{where} commit"):
        unit.live[device] = result.state if result.state != "confirmed" else "committed"
        if result.state not in ("committed", "confirmed"):
            unit.fail(CODES.get(result.state, CHECK_FAILED), [f"{device}: {result.state}: {result.reason}"])


def _watched(run: Run, units: Sequence[Unit]) -> None:
    """Stop a platform between two ranks when its IPv4 has already suffered."""
    for unit in units:
        if unit.touched and not unit.failed:
            _harm(unit, run.prober.ipv4_watched(unit.change))


def _harm(unit: Unit, lost: Sequence[str]) -> None:
    unit.harmed = unit.harmed or bool(lost)
    unit.fail(CHECK_FAILED, (f"IPv4: {reason}" for reason in lost))


def _settle(run: Run, units: Sequence[Unit], proven: set[str], where: str) -> None:
    """Prove what was changed, confirm the platforms that are through, take back those that failed."""
    if run.control.aborted():
        return
    through = [unit for unit in units if not unit.failed and unit.platform not in proven and not waiting(unit)]
    whole = [unit for unit in through if not unit.left_out]
    if whole:
        run.progress.now(f"{where}: proving IPv6 by address and IPv4 unharmed")
    prove(run, whole, "by-address", lambda unit: run.prober.by_address(unit.change))
    _compare(run, [unit for unit in units if unit in through or unconfirmed(unit)])
    good = [unit for unit in through if not unit.failed]
    _confirm(run, good, where)
    _watched(run, units)
    for unit in good:
        if not unit.failed:
            proven.add(unit.platform)
            run.journal(unit, STEP, "", "partly" if unit.left_out else "confirmed", where)
    undo(run, [unit for unit in units if unit.failed and not unit.state], where)


def _compare(run: Run, units: Sequence[Unit]) -> None:
    """IPv4 against what was measured before the change."""
    baselines = run.store.results(BASELINE)
    changed = [unit for unit in units if not unit.failed and unit.touched]
    for unit, lost in run.each(
        changed, lambda unit: run.prober.ipv4_lost(unit.change, baselines[unit.platform]["values"])
    ):
        if isinstance(lost, JiyueError):
            unit.fail(ENVIRONMENT, [str(lost)])
        elif lost:
            _harm(unit, lost)
        else:
            run.journal(unit, "ipv4", "", "unharmed")


def _confirm(run: Run, units: Sequence[Unit], where: str) -> None:
    orders = [
        (unit, payload.order("confirm", device.device, unit.digest))
        for unit in units
        for device in unit.held
        if unit.live.get(device.device) == "committed"
    ]
    if orders:
        run.progress.now(f"{where}: confirming {len(orders)} devices")
    for unit, device, result in run.send(orders, "confirm", f"{where} confirm"):
        unit.live[device] = result.state
        if result.state != "confirmed":
            code = CODES.get(result.state, CHECK_FAILED)
            unit.fail(code, [f"{device}: not confirmed, {result.state}: {result.reason}"])


def _take_wave_back(run: Run, units: Sequence[Unit], where: str) -> None:
    """IPv4 that suffers anywhere takes back everything that this wave has changed, and ends the run."""
    harmed = [unit.platform for unit in units if unit.harmed]
    if not harmed:
        return
    names = ", ".join(harmed)
    run.control.halt(CHECK_FAILED, f"IPv4 suffered at {names}")
    others = [unit for unit in units if unit.touched and not unit.failed]
    for unit in others:
        unit.fail(CHECK_FAILED, [f"rolled back with its wave: IPv4 suffered at {names}"])
    undo(run, others, where)


def undo(run: Run, units: Sequence[Unit], name: str) -> None:
    """Roll back whatever this change set has changed on these platforms, confirmed devices included."""
    affected = [unit for unit in units if unit.touched]
    for unit in affected:
        run.progress.note(f"{unit.platform}: rolling back: {'; '.join(unit.reasons[:3])}")
        # A name must never lead to an address that is about to go away (design decision 6).
        withdraw(run, unit, name)
    _back(run, affected, (*OPEN, "confirmed"), name)
    for unit in units:
        unit.state = ROLLED_BACK if unit.touched else unit.state or FAILED
        run.journal(unit, STEP, "", unit.state, "; ".join(unit.reasons))


def release(run: Run, units: Sequence[Unit], name: str) -> None:
    """Take back what nobody confirmed because the run stops; what is confirmed stays as it is."""
    open_ones = [unit for unit in units if not unit.failed and unconfirmed(unit)]
    for unit in open_ones:
        run.progress.note(f"{unit.platform}: taking back what is unconfirmed: {run.control.halted}")
        unit.fail(run.control.code, [run.control.halted])
    _back(run, open_ones, OPEN, name)
    for unit in open_ones:
        kept = "confirmed" in unit.live.values()
        unit.state = STOPPED if kept else ROLLED_BACK
        run.journal(unit, STEP, "", unit.state, "; ".join(unit.reasons))


def _back(run: Run, units: Sequence[Unit], states: Sequence[str], name: str) -> None:
    orders = [
        (unit, payload.order("rollback", device.device, unit.digest))
        for unit in units
        for device in unit.held
        if unit.live.get(device.device) in states
    ]
    for unit, device, result in run.send(orders, "rollback", f"{name} rollback"):
        unit.live[device] = result.state
        if result.state != "rolled-back":
            unit.fail(ENVIRONMENT, [_left_behind(device, result.state, result.reason, run.policy.timer)])


def _left_behind(device: str, state: str, reason: str, timer: int) -> str:
    if state == "unreachable":
        return f"{device}: could not be told to roll back; its own timer does so within {timer} s"
    return f"{device}: roll back: {state}: {reason}"
