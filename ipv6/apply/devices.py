"""The devices of some platforms together: baseline, commit with a timer, prove, then confirm or roll back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inventory.errors import JiyueError
from ipv6.apply import payload
from ipv6.apply.names import withdraw
from ipv6.apply.run import CHECK_FAILED, CODES, ENVIRONMENT, FAILED, ROLLED_BACK, Run, Unit, prove
from ipv6.change.model import DeviceChange

BASELINE = "ipv4-baseline"
STEP = "devices"
OPEN = ("started", "committed", "unreachable", "failed")
"""Journalled states after which a device may hold an unconfirmed change."""


def run_devices(run: Run, units: Sequence[Unit], name: str) -> None:
    """Bring the devices of these platforms to what is intended; a platform that fails is rolled back on its own."""
    units = [unit for unit in units if not unit.failed and not unit.settled]
    _baseline(run, units, name)
    ranks = sorted({run.policy.rank(device.role) for unit in units for device in waiting(unit)})
    for rank in ranks:
        _commit(run, units, rank, name)
        _watched(run, units)
    good = [unit for unit in units if not unit.failed]
    _prove(run, good, name)
    _confirm(run, [unit for unit in good if not unit.failed], name)
    _watched(run, units)
    for unit in units:
        if not unit.failed:
            run.journal(unit, STEP, "", "confirmed", name)
    undo(run, [unit for unit in units if unit.failed], name)


def waiting(unit: Unit) -> list[DeviceChange]:
    """The devices that are not yet confirmed as intended."""
    return [device for device in unit.held if unit.live.get(device.device) in ("base", "committed")]


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


def _commit(run: Run, units: Sequence[Unit], rank: int, name: str) -> None:
    orders = [
        (unit, payload.commit(device, unit.digest, run.policy.timer))
        for unit in units
        if not unit.failed
        for device in waiting(unit)
        if run.policy.rank(device.role) == rank and unit.live[device.device] == "base"
    ]
    if not orders:
        return
    run.progress.now(f"{name}: changing {len(orders)} devices, {run.policy.timer} s until they take it back")
    for unit, target in orders:
        # Before the answer is known the device counts as changed: only an answer makes it something else.
        unit.live[target.device] = "started"
        unit.touched = True
    for unit, device, result in run.send(orders, STEP, f"{name} commit"):
        unit.live[device] = result.state if result.state != "confirmed" else "committed"
        if result.state not in ("committed", "confirmed"):
            unit.fail(CODES.get(result.state, CHECK_FAILED), [f"{device}: {result.state}: {result.reason}"])


def _watched(run: Run, units: Sequence[Unit]) -> None:
    """Stop a platform between two ranks when its IPv4 has already suffered."""
    for unit in units:
        if unit.touched and not unit.failed:
            unit.fail(CHECK_FAILED, (f"IPv4: {reason}" for reason in run.prober.ipv4_watched(unit.change)))


def _prove(run: Run, units: Sequence[Unit], name: str) -> None:
    """IPv6 by address and IPv4 as before, measured while the timers run."""
    if units:
        run.progress.now(f"{name}: proving IPv6 by address and IPv4 unharmed")
    prove(run, units, "by-address", lambda unit: run.prober.by_address(unit.change))
    baselines = run.store.results(BASELINE)
    known = [unit for unit in units if not unit.failed and unit.touched]
    for unit, lost in run.each(
        known, lambda unit: run.prober.ipv4_lost(unit.change, baselines[unit.platform]["values"])
    ):
        if isinstance(lost, JiyueError):
            unit.fail(ENVIRONMENT, [str(lost)])
        elif lost:
            unit.fail(CHECK_FAILED, [f"IPv4: {reason}" for reason in lost])
        else:
            run.journal(unit, "ipv4", "", "unharmed")


def _confirm(run: Run, units: Sequence[Unit], name: str) -> None:
    orders = [
        (unit, payload.order("confirm", device.device, unit.digest))
        for unit in units
        for device in unit.held
        if unit.live.get(device.device) == "committed"
    ]
    if orders:
        run.progress.now(f"{name}: confirming {len(orders)} devices")
    for unit, device, result in run.send(orders, "confirm", f"{name} confirm"):
        unit.live[device] = result.state
        if result.state != "confirmed":
            code = CODES.get(result.state, CHECK_FAILED)
            unit.fail(code, [f"{device}: not confirmed, {result.state}: {result.reason}"])


def undo(run: Run, units: Sequence[Unit], name: str) -> None:
    """Roll back whatever this change set has changed on these platforms, confirmed devices included."""
    affected = [unit for unit in units if unit.touched]
    for unit in affected:
        run.progress.note(f"{unit.platform}: rolling back: {'; '.join(unit.reasons[:3])}")
        # A name must never lead to an address that is about to go away (design decision 6).
        withdraw(run, unit, name)
    orders = [
        (unit, payload.order("rollback", device.device, unit.digest))
        for unit in affected
        for device in unit.held
        if unit.live.get(device.device) in ("started", "committed", "confirmed", "failed", "unreachable")
    ]
    for unit, device, result in run.send(orders, "rollback", f"{name} rollback"):
        unit.live[device] = result.state
        if result.state != "rolled-back":
            unit.fail(ENVIRONMENT, [_left_behind(device, result.state, result.reason, run.policy.timer)])
    for unit in units:
        unit.state = ROLLED_BACK if unit.touched else unit.state or FAILED
        run.journal(unit, STEP, "", unit.state, "; ".join(unit.reasons))


def _left_behind(device: str, state: str, reason: str, timer: int) -> str:
    if state == "unreachable":
        return f"{device}: could not be told to roll back; its own timer does so within {timer} s"
    return f"{device}: roll back: {state}: {reason}"
