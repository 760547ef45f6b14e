"""The operations on a device that is worked over its command line; the answers are those of `ipv6.agent.ops`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ipv6.agent.changes import boot_id
from ipv6.agent.engine import first_difference
from ipv6.agent.host import Failed, Refused, text_hash
from ipv6.agent.ops import Answer
from ipv6.session.memory import Change, Memory, checked
from ipv6.session.shell import Shell
from ipv6.session.vendor import Identity, Vendor

LATE = "the timer ran out before it was confirmed"


@dataclass(frozen=True, slots=True)
class Desk:
    """One logged-in device with everything an operation needs."""

    vendor: Vendor
    shell: Shell
    identity: Identity
    memory: Memory

    def running(self) -> str:
        """What runs now, canonical."""
        return self.vendor.running(self.shell)


@dataclass(frozen=True, slots=True)
class Part:
    """The one section that such a device has."""

    object: str
    base: str
    intended: str
    forward: str
    reverse: str


def part(payload: Mapping[str, Any], vendor: Vendor) -> Part:
    """The section of a payload; Refused when it is not exactly one, damaged, or not in the driver's canonical form."""
    sections: list[Mapping[str, Any]] = list(payload.get("sections") or ())
    if len(sections) != 1 or payload.get("records"):
        raise Refused(f"{vendor.name}: one configuration and no record sets, not {len(sections)} sections")
    words = {word: str(sections[0].get(word, "")) for word in ("object", "base", "intended", "forward", "reverse")}
    for word in ("base", "intended"):
        if sections[0].get(f"{word}_hash", "") not in ("", text_hash(words[word])):
            raise Refused(f"{vendor.name} {words['object']}: the {word} text is damaged (another hash)")
        if vendor.normalise(words[word]) != words[word]:
            difference = first_difference(words[word], vendor.normalise(words[word]))
            raise Refused(f"{vendor.name} {words['object']}: the {word} text is not ours to set: {difference}")
    for line in (*words["forward"].splitlines(), *words["reverse"].splitlines()):
        if not line.isprintable():
            raise Refused(f"{vendor.name} {words['object']}: {line!r} is not printable text")
    return Part(**words)


def observe(payload: Mapping[str, Any], desk: Desk) -> Answer:
    """The running text and hash; touches nothing."""
    sections = []
    for raw in payload.get("sections", ()):
        text = desk.running()
        found = {"driver": raw["driver"], "object": raw["object"], "hash": text_hash(text)}
        known = raw.get("known") or raw.get("hash")
        sections.append(found if known == found["hash"] and payload.get("op") != "status" else {**found, "text": text})
    return Answer("observed", sections=tuple(sections))


def commit(payload: Mapping[str, Any], desk: Desk) -> Answer:
    """Check, arm the device's own rollback, apply, read back; the change then waits for `confirm`."""
    digest, vendor, memory = checked(payload.get("change")), desk.vendor, desk.memory
    timer = payload.get("timer")
    if not isinstance(timer, int | float):
        raise Refused(f"a timer of {timer!r} s")
    seconds, one = vendor.seconds(float(timer)), part(payload, vendor)
    known, live = memory.load(digest), desk.running()
    held = known and (known.state == "confirmed" or (known.state == "committed" and known.remaining()))
    if known and held and live == one.intended:
        return _answer(known, f"already {known.state}")
    if known and known.pending:
        known = _undo(known, "an interrupted attempt was found", desk)
        live = desk.running()
    for other in memory.pending():
        if other.change != digest:
            _settle(other, desk, live)
    if live not in (one.base, one.intended):
        raise Refused(f"{vendor.name} {one.object} is no longer the approved base: {first_difference(one.base, live)}")
    vendor.ready(desk.shell)
    change = Change(digest, "armed", boot=boot_id(), serial=desk.identity.serial, payload=dict(payload))
    if live == one.intended:
        # Nothing to carry out: there is nothing that a rollback could take back either.
        return _answer(memory.save(replace(change, state="committed", deadline=time.monotonic() + seconds)))
    vendor.check(desk.shell, one.forward, one.intended)
    change = memory.save(replace(change, deadline=time.monotonic() + seconds))
    try:
        vendor.commit(desk.shell, change.label, seconds, one.forward, one.intended)
        live = desk.running()
        if live != one.intended:
            raise Failed(f"{vendor.name} {one.object} is not as intended: {first_difference(one.intended, live)}")
    except (Failed, Refused) as error:
        return _answer(_undo(change, str(error), desk), changed=True)
    return _answer(memory.save(replace(change, state="committed")), changed=True)


def _settle(other: Change, desk: Desk, live: str) -> None:
    """Another change that this machine left open: Refused while the device may still hold it, else it is over."""
    if other.remaining() or live != part(other.payload, desk.vendor).base:
        raise Refused(f"change {other.change[:12]} is {other.state} here and touches the configuration too")
    desk.memory.save(replace(other, state="rolled-back", reason="it was not confirmed in time"))


def confirm(payload: Mapping[str, Any], desk: Desk) -> Answer:
    """Keep it: disarm the device's rollback, look once more, save."""
    change = _known(payload, desk.memory)
    if change.state == "confirmed":
        return _answer(change, "already confirmed")
    if change.state not in ("committed", "confirming"):
        return _answer(change, change.reason or f"it is {change.state}, there is nothing to confirm")
    one = part(change.payload, desk.vendor)
    live = desk.running()
    if live != one.intended:
        fired = live == one.base or not change.remaining()
        why = LATE if fired else "the running configuration is no longer as committed"
        return _answer(_undo(change, why, desk), changed=True)
    if one.base == one.intended:
        return _answer(desk.memory.save(replace(change, state="confirmed")))
    late = not change.remaining() and change.state == "committed"
    change = desk.memory.save(replace(change, state="confirming"))
    if late or not desk.vendor.confirm(desk.shell, change.label):
        return _answer(_undo(change, LATE, desk), changed=True)
    # The timer may have fired between looking and disarming.
    if desk.running() != one.intended:
        return _answer(_undo(change, LATE, desk), changed=True)
    desk.vendor.save(desk.shell, change.label)
    return _answer(desk.memory.save(replace(change, state="confirmed", reason="")), changed=True)


def rollback(payload: Mapping[str, Any], desk: Desk) -> Answer:
    """Take it back, also after it was confirmed, as long as nothing else has changed it since."""
    digest = checked(payload.get("change"))
    change = desk.memory.load(digest)
    if change is None:
        return Answer("rolled-back", "this device has never seen that change")
    if change.state == "rolled-back":
        return _answer(change, change.reason or "already rolled back")
    if change.state != "confirmed":
        return _answer(_undo(change, "asked to roll back", desk), changed=True)
    one, live = part(change.payload, desk.vendor), desk.running()
    if live not in (one.base, one.intended):
        what = f"{desk.vendor.name} {one.object}"
        raise Refused(f"{what} was changed again since it was confirmed: {first_difference(one.intended, live)}")
    for other in desk.memory.pending():
        _settle(other, desk, live)
    if live != one.base:
        desk.vendor.ready(desk.shell)
        seconds = desk.vendor.seconds(float(change.payload["timer"]))
        desk.vendor.check(desk.shell, one.reverse, one.base)
        desk.vendor.commit(desk.shell, change.label, seconds, one.reverse, one.base)
        if desk.running() != one.base:
            desk.vendor.abort(desk.shell, change.label)
            raise Failed("the way back did not lead to the base; the device is as it was")
        desk.vendor.confirm(desk.shell, change.label)
        desk.vendor.save(desk.shell, change.label)
    change = replace(change, state="rolled-back", reason="asked to roll back")
    return _answer(desk.memory.save(change), changed=True)


def status(payload: Mapping[str, Any], desk: Desk) -> Answer:
    """Where a change stands; one whose time is over is looked up on the device."""
    if not payload.get("change"):
        pending = list(desk.memory.pending())
        return _answer(pending[0]) if pending else Answer("observed", "no change is waiting here")
    change = _known(payload, desk.memory)
    if change.pending and desk.running() == part(change.payload, desk.vendor).base and change.state != "armed":
        change = desk.memory.save(replace(change, state="rolled-back", reason="it was not confirmed in time"))
    return _answer(change)


def _known(payload: Mapping[str, Any], memory: Memory) -> Change:
    digest = checked(payload.get("change"))
    change = memory.load(digest)
    if change is None:
        raise Refused(f"change {digest[:12]} was never committed on this device")
    return change


def _undo(change: Change, reason: str, desk: Desk) -> Change:
    """Back to the base by the device's own means; a device that is not stays pending, its timer has the last word."""
    change = desk.memory.save(replace(change, state="undoing", reason=reason))
    one = part(change.payload, desk.vendor)
    try:
        if one.base != one.intended:
            desk.vendor.abort(desk.shell, change.label)
        live = desk.running()
    except (Failed, Refused) as error:
        return replace(change, state="failed", reason=f"{reason}; and rolling back failed: {error}")
    if live != one.base:
        difference = first_difference(one.base, live)
        return replace(change, state="failed", reason=f"{reason}; and it is not as before: {difference}")
    return desk.memory.save(replace(change, state="rolled-back", reason=reason))


def _answer(change: Change, reason: str = "", *, changed: bool = False) -> Answer:
    sections = tuple(
        {"driver": raw["driver"], "object": raw["object"], "hash": raw.get("intended_hash", "")}
        for raw in change.payload.get("sections", ())
        if change.state in ("committed", "confirmed")
    )
    left = round(change.remaining(), 1) if change.pending else 0.0
    return Answer(change.state, reason or change.reason, changed, left, sections)


OPS: Mapping[str, Callable[[Mapping[str, Any], Desk], Answer]] = {
    **dict.fromkeys(("observe", "fingerprint"), observe),
    "commit": commit,
    "confirm": confirm,
    "rollback": rollback,
    "status": status,
}
