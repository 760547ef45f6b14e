"""What an earlier run left open, read from the journal; and settling it with the devices themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ipv6.apply import payload
from ipv6.apply.devices import OPEN
from ipv6.apply.payload import RECORDS, REVERT
from ipv6.apply.run import ENVIRONMENT, Run, Unit
from ipv6.ports import JournalEntry

CLOSED = ("rolled-back", "failed", "applied", "reverted")
"""Journalled states of a platform as a whole that end an attempt; only devices that did not answer stay open."""


@dataclass(slots=True)
class Past:
    """The open attempt of one change set: last state by device, and publications that may wait by server."""

    devices: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> list[str]:
        """Devices that may hold an unconfirmed change."""
        return [device for device, state in self.devices.items() if state in OPEN]


def recall(entries: Iterable[JournalEntry]) -> Past:
    """Fold the journal of one change set into what its last attempt left behind."""
    past = Past()
    for entry in entries:
        if not entry.device:
            if entry.state in CLOSED:
                past.devices = {device: state for device, state in past.devices.items() if state in OPEN}
        elif entry.device.startswith(RECORDS):
            server = entry.device.removeprefix(RECORDS)
            if entry.state == "started":
                past.records[server] = entry.detail
            elif entry.state in ("confirmed", "rolled-back"):
                past.records.pop(server, None)
        elif not entry.device.startswith(REVERT):
            past.devices[entry.device] = entry.state
    return past


def resume(run: Run, units: Sequence[Unit]) -> bool:
    """Ask every device that may wait; build on a pending change that has time left, take all others back.

    Publications are always taken back: they are the last step and quickly done again. Gives whether anything was
    open, after which devices may run something else than before.
    """
    pasts = {unit.platform: recall(run.store.entries(unit.digest)) for unit in units}
    _devices(run, units, pasts)
    _records(run, units, pasts)
    return any(past.open or past.records for past in pasts.values())


def _devices(run: Run, units: Sequence[Unit], pasts: dict[str, Past]) -> None:
    orders = []
    for unit in units:
        past = pasts[unit.platform]
        unit.touched = bool(past.devices)
        # What an earlier run confirmed belongs to this attempt, so that a failure now takes it back as well.
        unit.live = {device: state for device, state in past.devices.items() if state == "confirmed"}
        orders += [(unit, payload.order("status", device, unit.digest)) for device in past.open]
    if not orders:
        return
    run.progress.note(f"resuming: asking {len(orders)} devices where an earlier run left them")
    targets = {target.device: target for _, target in orders}
    answers = {result.device: result for result in run.transport.run(list(targets.values()), "resume")}
    late = []
    for unit, target in orders:
        result = answers.get(target.device)
        if result is None or result.state == "unreachable":
            unit.fail(ENVIRONMENT, [f"{target.device}: cannot be asked where the earlier run left it"])
            unit.live[target.device] = "unreachable"
            continue
        remaining = (result.data or {}).get("remaining", 0)
        if result.state == "committed" and isinstance(remaining, int | float) and remaining < run.policy.resume:
            late.append((unit, payload.order("rollback", target.device, unit.digest)))
            continue
        run.journal(unit, "resume", target.device, _settled(result.state), result.reason)
        unit.live[target.device] = _settled(result.state)
    for unit, device, result in run.send(late, "rollback", "resume rollback"):
        unit.live[device] = result.state


def _settled(state: str) -> str:
    """A device that knows nothing of the change (refused) or took it back stands at its base."""
    return state if state in ("committed", "confirmed") else "rolled-back"


def _records(run: Run, units: Sequence[Unit], pasts: dict[str, Past]) -> None:
    for unit in units:
        for server, change in pasts[unit.platform].records.items():
            orders = [(unit, payload.order("rollback", server, change))]
            for _, _, result in run.send(orders, "rollback", "resume withdraw", RECORDS):
                if result.state == "unreachable":
                    unit.fail(ENVIRONMENT, [f"records on {server}: cannot be asked where the earlier run left them"])
