"""What was applied to each platform, in its order, read from the journal: the stack that a rollback goes down. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.errors import GateError, InputError
from inventory.model import SHARED, Inventory
from ipv6.apply.run import APPLIED, ROLLED_BACK
from ipv6.apply.schedule import carriers
from ipv6.change.model import ChangeSet
from ipv6.ports import JournalEntry

REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class Applied:
    """One change set that runs, and the line of the journal since which it does."""

    digest: str
    seq: int


def history(entries: Iterable[JournalEntry]) -> dict[str, tuple[Applied, ...]]:
    """By platform, what was applied and not taken back, the latest last."""
    found: dict[str, list[Applied]] = {}
    for entry in entries:
        stack = found.setdefault(entry.platform, [])
        mine = [one for one in stack if one.digest == entry.digest]
        if entry.step == "done" and entry.state == APPLIED:
            if not mine or stack[-1] != mine[-1]:
                stack.append(Applied(entry.digest, entry.seq))
        elif not entry.device and entry.state in (ROLLED_BACK, REVERTED) and mine:
            stack.remove(mine[-1])
    return {platform: tuple(stack) for platform, stack in found.items() if stack}


def to_take_back(platform: str, stack: Sequence[Applied], to: str, before: str) -> tuple[Applied, ...]:
    """What to take back, the latest first: the last one, or all that came after `to`, or `before` and all after it.

    Both are a digest or its first digits (8 at least); InputError for one that is not applied here.
    """
    if to and before:
        raise InputError("rollback", "--to and --before at once", "give one of them")
    wanted = to or before
    if not wanted:
        return tuple(stack[-1:])
    at = [number for number, one in enumerate(stack) if len(wanted) >= 8 and one.digest.startswith(wanted)]
    if len(at) != 1:
        known = ", ".join(one.digest[:12] for one in stack)
        raise InputError(f"digest {wanted[:64]}", f"it does not run on {platform}", f"give one of {known}")
    return tuple(reversed(stack[at[0] + bool(to) :]))


def require_free(inv: Inventory, platform: str, lowest: Applied, known: Mapping[str, Sequence[Applied]]) -> None:
    """GateError when a change set of another platform that was applied later stands on what is to be taken back.

    Everybody stands on what is shared and on the platforms that carry it.
    """
    if platform != SHARED and platform not in carriers(inv):
        return
    later = [one.name for one in inv.platforms if one.name != platform and _after(known.get(one.name, ()), lowest)]
    if later:
        raise GateError(platform, f"{', '.join(later)} stand on it", "roll those back first")


def _after(stack: Sequence[Applied], lowest: Applied) -> bool:
    return any(one.seq > lowest.seq for one in stack)


def runs_below(upper: ChangeSet, lower: ChangeSet) -> bool:
    """Whether taking `upper` back leaves exactly what `lower` intended, wherever both have a word on an object."""
    left = {
        (device.device, section.driver, section.object): section.base_hash
        for device in upper.devices
        if not device.deferred
        for section in device.sections
    }
    wanted = (
        ((device.device, section.driver, section.object), section.intended_hash)
        for device in lower.devices
        if not device.deferred
        for section in device.sections
    )
    return all(left.get(key, value) == value for key, value in wanted)
