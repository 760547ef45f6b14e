"""The operations a controller may ask for, each one answer: observe, commit, arm, confirm, rollback, status."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ipv6.agent import changes, engine, evidence, names, timer
from ipv6.agent.changes import Change
from ipv6.agent.device import device
from ipv6.agent.device import names as drivers
from ipv6.agent.host import Failed, Refused, text_hash
from ipv6.agent.shapes import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ipv6.drivers.knot.records import Record

MAX_TIMER = 3600


class Answer(NamedTuple):
    """What goes back: `changed` says whether this call touched the device."""

    state: str
    reason: str = ""
    changed: bool = False
    remaining: float = 0.0
    sections: tuple[dict[str, Any], ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    evidence: tuple[dict[str, str], ...] = ()
    foreign: int = 0


def observe(payload: Mapping[str, Any], agent: str) -> Answer:
    """The running text and hash of every object and record set that the payload names; touches nothing.

    A text whose hash is the `known` one is left out. When another one was expected, hints about who changed it come
    along.
    """
    sections, moved = [], False
    for raw in payload.get("sections", ()):
        text = device(str(raw["driver"])).read(str(raw["object"]))
        found = {"driver": raw["driver"], "object": raw["object"], "hash": text_hash(text)}
        known = raw.get("known", "")
        moved = moved or bool(known and known != found["hash"])
        sections.append(found if known == found["hash"] else {**found, "text": text})
    records = []
    wanted = names.found(payload)
    have = names.read(wanted)
    for record in wanted:
        ttl, values = have[record.key]
        entry = {"zone": record.zone, "name": record.name, "type": record.type, "ttl": ttl, "rdata": list(values)}
        records.append(entry)
    hints = tuple(evidence.gather(payload["sections"])) if moved else ()
    compared = any(raw.get("known") for raw in payload.get("sections", ()))
    others = evidence.foreign(payload["sections"]) if compared else 0
    return Answer("observed", sections=tuple(sections), records=tuple(records), evidence=hints, foreign=others)


def commit(payload: Mapping[str, Any], agent: str) -> Answer:
    """Check everything, arm the rollback, apply, read back; the change then waits for `confirm`."""
    return _begin(payload, agent, outside=False)


def arm(payload: Mapping[str, Any], agent: str) -> Answer:
    """Hold the way back of record sets that an update from outside (RFC 2136) is about to change; touches none.

    It then waits for `confirm` as after `commit`: silence restores, whether the update came or not.
    """
    return _begin(payload, agent, outside=True)


def _begin(payload: Mapping[str, Any], agent: str, *, outside: bool) -> Answer:
    digest = changes.checked(payload.get("change"))
    seconds = payload.get("timer")
    if not isinstance(seconds, int | float) or not 1 <= seconds <= MAX_TIMER:
        raise Refused(f"a timer of {seconds!r} s; it must be 1 to {MAX_TIMER}")
    sections, records = engine.parts(payload), names.found(payload)
    if outside and (sections or not records):
        raise Refused("only record sets are changed from outside")
    with changes.lock():
        known = changes.load(digest)
        if known and known.state in ("committed", "confirmed") and _as_intended(sections, records):
            return _answer(known, f"already {known.state}")
        if known and known.pending:
            if engine.keys(known.payload) != engine.keys(payload):
                raise Refused(f"another part of change {digest[:12]} is {known.state} here; confirm it first")
            _undo(known, "an interrupted attempt was found")
        _sweep(digest)
        _no_other(payload, digest)
        stand = engine.check_base(sections, records)
        engine.check_saved(sections, stand)
        engine.check(sections)
        change = Change(digest, "armed", boot=changes.boot_id(), payload=dict(payload))
        change = _arm(change, float(seconds), agent)
        if outside:
            return _answer(change, changed=True)
        try:
            change = changes.save(change._replace(state="applying"))
            engine.carry_out(sections, records, stand)
            if not change.remaining():
                raise Failed(f"it took longer than the timer of {seconds:g} s")
        except (Failed, Refused, OSError) as error:
            return _answer(_undo(change, str(error)), changed=True)
        return _answer(changes.save(change._replace(state="committed")), changed=True)


def _arm(change: Change, seconds: float, agent: str) -> Change:
    """Snapshot, state and room for the way back are on disk before the timer starts, the timer runs before anything is
    touched; Refused when one of them cannot be had."""
    timers: tuple[tuple[int, str], ...] = ()
    try:
        change = changes.save(change._replace(deadline=time.monotonic() + seconds), with_payload=True)
        changes.reserve(change.change)
        timers = timer.arm(seconds, agent, change.change, f"{changes.directory(change.change)}/timer.log")
        return changes.save(change._replace(timers=timers))
    except (Failed, OSError) as error:
        timer.disarm(timers)
        changes.forget(change.change)
        raise Refused(f"the way back could not be laid: {error}") from error


def _sweep(digest: str) -> None:
    """Take back what an agent left that was killed before its timers ran, or after both were killed."""
    for other in changes.every():
        if other.change != digest and other.pending and not other.remaining() and not timer.alive(other.timers):
            _undo(other, "its timers are gone")


def _no_other(payload: Mapping[str, Any], digest: str) -> None:
    """Two changes at once on one device: the second is refused, naming the first."""
    mine = engine.keys(payload)
    for other in changes.every():
        if other.change != digest and other.pending:
            shared = mine & engine.keys(other.payload)
            if shared:
                raise Refused(f"change {other.change[:12]} is {other.state} here and touches {min(shared)} too")


def _as_intended(sections: tuple[engine.Part, ...], records: tuple[Record, ...]) -> bool:
    have = names.read(records)
    return all(part.is_(part.intended) for part in sections) and all(
        have[record.key][1] == record.after for record in records
    )


def confirm(payload: Mapping[str, Any], agent: str) -> Answer:
    """Keep it: what runs is made to survive a restart, then the rollback is disarmed."""
    with changes.lock():
        change = _known(payload)
        if change.state == "confirmed":
            return _answer(change, "already confirmed")
        held = change.state == "armed" and change.payload.get("op") == "arm"
        if change.state not in ("committed", "confirming") and not held:
            return _answer(change, change.reason or f"it is {change.state}, there is nothing to confirm")
        if not change.remaining():
            return _answer(_undo(change, "the timer ran out before it was confirmed"), changed=True)
        sections = engine.parts(change.payload)
        if not _as_intended(sections, names.found(change.payload)):
            return _answer(_undo(change, "the running objects are no longer as committed"), changed=True)
        changes.use_reserve(change.change)
        change = changes.save(change._replace(state="confirming"))
        for part in sections:
            part.device.persist(part.object, part.intended)
        change = changes.save(change._replace(state="confirmed", reason=""))
        timer.disarm(change.timers)
        return _answer(change, changed=True)


def rollback(payload: Mapping[str, Any], agent: str) -> Answer:
    """Take it back, also after it was confirmed, as long as nothing else has changed it since."""
    with changes.lock():
        digest = changes.checked(payload.get("change"))
        change = changes.load(digest)
        if change is None:
            return Answer("rolled-back", "this device has never seen that change")
        if change.state == "rolled-back":
            return _answer(change, change.reason or "already rolled back")
        if change.state == "confirmed":
            sections = engine.parts(change.payload)
            for part in sections:
                if not part.is_(part.intended) and not part.is_(part.base):
                    difference = engine.first_difference(part.intended, part.read())
                    raise Refused(f"{part.label} was changed again since it was confirmed: {difference}")
            _no_other(change.payload, digest)
        return _answer(_undo(change, "asked to roll back"), changed=True)


def status(payload: Mapping[str, Any], agent: str) -> Answer:
    """Where a change stands, and how many timers still guard it."""
    if not payload.get("change"):
        pending = [change for change in changes.every() if change.pending]
        return _answer(pending[0]) if pending else Answer("observed", "no change is waiting here")
    change = _known(payload)
    guards = f"{timer.alive(change.timers)} of {len(change.timers)} timers wait" if change.pending else ""
    return _answer(change, change.reason or guards)


def _known(payload: Mapping[str, Any]) -> Change:
    digest = changes.checked(payload.get("change"))
    change = changes.load(digest)
    if change is None:
        raise Refused(f"change {digest[:12]} was never committed on this device")
    return change


def _undo(change: Change, reason: str) -> Change:
    """Back to the base, timers last so that a crash in between is still caught; persisted where it had been."""
    persisted = change.state in ("confirmed", "confirming")
    changes.use_reserve(change.change)
    change = changes.try_save(change._replace(state="undoing", reason=reason))
    sections, records = engine.parts(change.payload), names.found(change.payload)
    problems = list(engine.take_back(sections, records))
    if persisted and not problems:
        for part in sections:
            part.device.persist(part.object, part.base)
    if problems:
        # Still pending for the timers and for the next boot: they try again.
        return change._replace(state="failed", reason=f"{reason}; and rolling back failed: {'; '.join(problems)}")
    try:
        change = changes.save(change._replace(state="rolled-back", reason=reason))
    except OSError as error:
        # It runs the base again. What is on disk still says pending, so the timers and the boot look once more.
        return change._replace(state="rolled-back", reason=f"{reason}; that could not be written down: {error}")
    timer.disarm(change.timers)
    return change


def expire(digest: str) -> bool:
    """What the timer does when it wakes: undo the change unless it was confirmed; True when nothing is left to do."""
    with changes.lock(15.0, force=True):
        change = changes.unconfirmed(digest)
        if change is None or not change.pending:
            return True
        if change.remaining() > 1.0:
            return False
        return _undo(change, "it was not confirmed in time").state == "rolled-back"


def boot() -> tuple[Change, ...]:
    """After a start of the host: bring back what was persisted, then undo whatever was not confirmed.

    What goes wrong with one of them is in the answer (state `failed`) and keeps none of the others from it. A change
    whose state is damaged is left alone: what was not confirmed was not persisted either.
    """
    found = []
    with changes.lock():
        for name in drivers():
            try:
                device(name).boot()
            except (Failed, Refused, OSError, ValueError) as error:
                found.append(Change("", "failed", f"{name}: {error}"))
        for digest in changes.digests():
            try:
                change = changes.load(digest)
                if change is not None and change.pending:
                    found.append(_undo(change, "it was unconfirmed at boot"))
            except (Failed, Refused, OSError, ValueError) as error:
                found.append(Change(digest, "failed", str(error)))
    return tuple(found)


def _answer(change: Change, reason: str = "", *, changed: bool = False) -> Answer:
    sections = tuple(
        {"driver": raw["driver"], "object": raw["object"], "hash": raw.get("intended_hash", "")}
        for raw in change.payload.get("sections", ())
        if change.state in ("committed", "confirmed")
    )
    left = round(change.remaining(), 1) if change.pending else 0.0
    return Answer(change.state, reason or change.reason, changed, left, sections)


OPS = {
    "observe": observe,
    "commit": commit,
    "arm": arm,
    "confirm": confirm,
    "rollback": rollback,
    "status": status,
}
