"""Takes an applied change set back to its approved base, and asks devices where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inventory.errors import GateError, JiyueError
from inventory.model import Inventory
from ipv6.apply import identity, payload
from ipv6.apply.control import Control
from ipv6.apply.flow import PlatformResult, result_of
from ipv6.apply.history import REVERTED, Applied, history, require_free, runs_below, to_take_back
from ipv6.apply.lock import environment_lock
from ipv6.apply.names import open_records
from ipv6.apply.observe import answers_of
from ipv6.apply.run import CHECK_FAILED, CODES, ENVIRONMENT, FAILED, ROLLED_BACK, STOPPED, Policy, Run, Unit
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
    to: str = "",
    before: str = "",
) -> PlatformResult:
    """Withdraw the platform's records, then bring its devices to the base of the applied change set, nearest first.

    `to` goes back until that digest is what runs, `before` until the one before it is: the latest change set first,
    each by its approved reverse texts, with timers of its own and IPv4 compared before it is confirmed. GateError when
    nothing is applied, or when others that were applied later stand on what is to be taken back; InputError for a
    digest that is not applied. What could not be taken back is in the result.
    """
    with environment_lock(lock, clock.now(), f"roll back {platform}", run_id):
        digest = store.applied_digest(platform)
        if not digest:
            raise GateError(platform, "nothing is applied here", "`jiyue status` shows what is")
        known = history(store.entries())
        stack = known.get(platform, ())
        if not stack or stack[-1].digest != digest:
            stack = (Applied(digest, stack[-1].seq if stack else 0),)
        chosen = to_take_back(platform, stack, to, before)
        if not chosen:
            raise GateError(platform, f"{digest[:12]} is what runs already", "name an earlier one")
        require_free(inv, platform, chosen[-1], known)
        control, pinned = Control(store, clock, progress, run_id), identity.pinned(inv, store)
        run = Run(store, transport, prober, clock, progress, run_id, policy or Policy(), inv, control, pinned)
        below = [one.digest for one in reversed(stack[: len(stack) - 1])]
        unit = Unit(platform, digest, store.change_set(digest), touched=True)
        for number, one in enumerate(chosen):
            unit = Unit(platform, one.digest, store.change_set(one.digest), touched=True)
            _take_back(run, unit, below[number] if number < len(below) else "")
            if unit.failed:
                unit.reasons.append(f"{number} of {len(chosen)} change sets were taken back")
                break
    return result_of(unit)


def _take_back(run: Run, unit: Unit, below: str) -> None:
    """One change set; the one below it is what runs afterwards, when the devices are left as it intended them."""
    _revert(run, unit)
    unit.state = FAILED if unit.failed else ROLLED_BACK
    if unit.failed:
        return
    run.journal(unit, STEP, "", REVERTED)
    run.store.reverted(unit.digest, ("rolled back by an operator",))
    if below and runs_below(unit.change, run.store.change_set(below)):
        run.store.applied(below)
        unit.reasons.append(f"{below[:12]} is what runs again")
    run.progress.note(f"{unit.platform}: {unit.digest[:12]} is taken back")


def settle(
    platform: str,
    digest: str,
    devices: Sequence[str],
    inv: Inventory,
    store: Store,
    transport: Transport,
    prober: Prober,
    clock: Clock,
    progress: Progress,
    run_id: str,
    lock: Path,
) -> tuple[PlatformResult, dict[str, str]]:
    """Take back what a run that is gone left unconfirmed; also each device's state afterwards.

    What a device had confirmed meanwhile stays confirmed.
    """
    with environment_lock(lock, clock.now(), f"abort {platform}", run_id):
        control, pinned = Control(store, clock, progress, run_id), identity.pinned(inv, store)
        run = Run(store, transport, prober, clock, progress, run_id, Policy(), inv, control, pinned)
        unit = Unit(platform, digest, store.change_set(digest), touched=True)
        asked = [(unit, payload.order("status", device, digest)) for device in devices]
        known = answers_of(transport.run([target for _, target in asked], "abort status"))
        open_ones = [one for one in devices if one not in known or known[one].state not in ("confirmed", "refused")]
        orders = [(unit, payload.order("rollback", device, digest)) for device in open_ones]
        states = {device: known[device].state for device in devices if device not in open_ones}
        for _, device, result in run.send(orders, "rollback", f"{platform} abort"):
            states[device] = result.state
            if result.state != "rolled-back":
                unit.fail(ENVIRONMENT, [f"{device}: {result.state}: {result.reason}"])
        unit.fail(CHECK_FAILED, ["aborted: what was unconfirmed is taken back"])
        unit.state = STOPPED if "confirmed" in states.values() else ROLLED_BACK
        run.journal(unit, "devices", "", unit.state, "aborted")
        if store.applied_digest(platform) != digest:
            store.reverted(digest, tuple(unit.reasons))
    return result_of(unit), states


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
