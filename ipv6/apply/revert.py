"""Takes an applied change set back to its approved base, and asks devices where they stand."""

from __future__ import annotations

from pathlib import Path

from inventory.errors import GateError, JiyueError
from inventory.model import SHARED, Inventory
from ipv6.apply import identity, payload
from ipv6.apply.flow import PlatformResult
from ipv6.apply.lock import environment_lock
from ipv6.apply.names import open_records
from ipv6.apply.observe import answers_of
from ipv6.apply.run import CHECK_FAILED, CODES, ENVIRONMENT, FAILED, ROLLED_BACK, Policy, Run, Unit
from ipv6.change.digest import derived
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.ports import Clock, DeviceResult, Prober, Progress, Store, Target, Transport

STEP = "revert"


def rollback(
    platform: str,
    inv: Inventory,
    store: Store,
    transport: Transport,
    prober: Prober,
    clock: Clock,
    progress: Progress,
    run_id: str,
    lock: Path,
    policy: Policy | None = None,
) -> PlatformResult:
    """Withdraw the platform's records, then bring its devices to the base of the applied change set, nearest first.

    Each step holds a timer of its own; IPv4 is compared before it is confirmed. GateError when nothing is applied,
    or when other platforms still stand on what is to be taken back.
    """
    with environment_lock(lock, clock.now()):
        digest = store.applied_digest(platform)
        if not digest:
            raise GateError(platform, "nothing is applied here", "`jiyue status` shows what is")
        standing = [one.name for one in inv.platforms if platform == SHARED and store.applied_digest(one.name)]
        if standing:
            raise GateError(platform, f"{', '.join(standing)} stand on it", "roll those back first")
        unit = Unit(platform, digest, store.change_set(digest), touched=True)
        known = identity.pinned(inv, store)
        run = Run(store, transport, prober, clock, progress, run_id, policy or Policy(), known)
        _revert(run, unit)
        if not unit.failed:
            run.journal(unit, STEP, "", "reverted")
            store.reverted(digest, ("rolled back by an operator",))
        unit.state = FAILED if unit.failed else ROLLED_BACK
    deferred = sum(1 for device in unit.change.devices if device.deferred)
    return PlatformResult(platform, digest, unit.state, tuple(unit.reasons), deferred, unit.code)


def status(change: ChangeSet, digest: str, transport: Transport) -> dict[str, DeviceResult]:
    """Each held device's own word on this change set: committed, confirmed, rolled-back, or refused when unknown."""
    targets = [payload.order("status", device.device, digest) for device in change.devices if not device.deferred]
    return dict(answers_of(transport.run(targets, "status"))) if targets else {}


def _revert(run: Run, unit: Unit) -> None:
    change = derived("reverse", unit.digest)
    records = open_records(unit)
    servers = dict.fromkeys(record.server for record in records)
    timer = run.policy.timer
    withdraw = [
        payload.reverse_records(server, (one for one in records if one.server == server), change, timer)
        for server in servers
    ]
    run.progress.now(f"{unit.platform}: withdrawing {len(records)} record sets")
    if not _stage(run, unit, withdraw, change, payload.RECORDS, ipv4=False):
        return
    ranks = sorted({run.policy.rank(device.role) for device in _changed(unit)}, reverse=True)
    targets = [
        payload.reverse(device, change, timer)
        for rank in ranks
        for device in _changed(unit)
        if run.policy.rank(device.role) == rank
    ]
    run.progress.now(f"{unit.platform}: taking {len(targets)} devices back")
    _stage(run, unit, targets, change, "", ipv4=True)


def _changed(unit: Unit) -> list[DeviceChange]:
    return [device for device in unit.held if payload.changed(device)]


def _stage(run: Run, unit: Unit, targets: list[Target], change: str, mark: str, ipv4: bool) -> bool:
    """Commit, compare IPv4, confirm; or take the taking-back back. Whether it holds now."""
    if not targets:
        return True
    try:
        before = run.prober.ipv4_baseline(unit.change) if ipv4 else {}
    except JiyueError as error:
        unit.fail(ENVIRONMENT, [str(error)])
        return False
    _order(run, unit, targets, "committed", "commit", mark)
    if ipv4 and not unit.failed:
        try:
            lost = run.prober.ipv4_lost(unit.change, before)
            unit.fail(CHECK_FAILED, (f"IPv4: {reason}" for reason in lost))
        except JiyueError as error:
            unit.fail(ENVIRONMENT, [str(error)])
    names = [target.device for target in targets]
    if not unit.failed:
        _order(run, unit, [payload.order("confirm", name, change) for name in names], "confirmed", "confirm", mark)
    if unit.failed:
        _order(run, unit, [payload.order("rollback", name, change) for name in names], "rolled-back", "rollback", mark)
    return not unit.failed


def _order(run: Run, unit: Unit, targets: list[Target], wanted: str, what: str, mark: str) -> None:
    orders = [(unit, target) for target in targets]
    for _, device, result in run.send(orders, STEP, f"{unit.platform} {STEP} {what}", payload.REVERT + mark):
        if result.state not in (wanted, "confirmed" if wanted == "committed" else wanted):
            code = CODES.get(result.state, CHECK_FAILED)
            unit.fail(code, [f"{device}: {what} of the way back: {result.state}: {result.reason}"])
