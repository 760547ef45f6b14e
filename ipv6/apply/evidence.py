"""What has to be known of the waves before, before the next one begins.

It is measured after their last apply, for just that digest, and looked at by a person where `waves.yaml` says so. The
proof is a line of the journal that comes after the line of the apply; an older one, or one of another digest, counts
for nothing. So a run that was killed measures only what is lacking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.model import Inventory
from inventory.rollout import Pace
from ipv6.apply.devices import undo
from ipv6.apply.names import open_records
from ipv6.apply.run import APPLIED, CHECK_FAILED, FAILED, Run, Unit, prove
from ipv6.ports import JournalEntry

EVIDENCE, LOOK = "evidence", "look"


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal holds of one change set since its last apply; `since` is when that was."""

    fresh: bool = False
    looked: bool = False
    since: str = ""


def known(entries: Sequence[JournalEntry]) -> Known:
    """Fold the journal of one change set."""
    found = Known()
    for entry in entries:
        if entry.step == "done" and entry.state == APPLIED:
            found = Known(since=entry.at)
        elif entry.step == EVIDENCE and entry.state == "passed":
            found = Known(True, found.looked, found.since)
        elif entry.step == LOOK:
            found = Known(found.fresh, True, found.since)
    return found


def require(run: Run, before: Sequence[tuple[str, str]], units: Mapping[str, Unit], where: str) -> None:
    """Have what is lacking measured and looked at; the run is halted when it does not hold.

    `before` are (wave, platform) that go before; one that is not applied is not its business (the gates know).
    """
    lacking: dict[str, tuple[str, Unit, Known]] = {}
    for wave, platform in before:
        digest = run.store.applied_digest(platform)
        if digest and not (platform in units and units[platform].failed):
            said = known(run.store.entries(digest))
            if not (said.fresh and (said.looked or not _pause(run.inv, wave))):
                lacking[platform] = (wave, _unit(run, units, platform, digest), said)
    stale = {name: found for name, found in lacking.items() if not found[2].fresh}
    if stale:
        wait = max(_left(run, wave, said.since) for wave, _, said in stale.values())
        run.control.soak(where, wait)
        if not run.control.halted:
            _measure(run, [unit for _, unit, _ in stale.values()], units)
    for wave in dict.fromkeys(wave for wave, _, said in lacking.values() if _pause(run.inv, wave) and not said.looked):
        if run.control.halted:
            return
        by = run.control.hold(where, f"wave {wave} is done and measured; a person has to look at it")
        for other, unit, _ in lacking.values():
            if other == wave and by:
                run.journal(unit, LOOK, "", "passed", by)


def soak_of(inv: Inventory, wave: str) -> int:
    """Seconds that a wave soaks in this environment."""
    own = inv.environment.soak
    return inv.pace.get(wave, Pace()).soak if own is None else min(own, inv.pace.get(wave, Pace()).soak)


def _pause(inv: Inventory, wave: str) -> bool:
    return inv.environment.attended and inv.pace.get(wave, Pace()).pause


def _unit(run: Run, units: Mapping[str, Unit], platform: str, digest: str) -> Unit:
    mine = units.get(platform)
    if mine is not None and mine.digest == digest:
        return mine
    return Unit(platform, digest, run.store.change_set(digest), settled=True)


def _left(run: Run, wave: str, since: str) -> float:
    """Seconds of the soak that are still to come."""
    whole = soak_of(run.inv, wave)
    try:
        age = (datetime.fromisoformat(run.clock.now()) - datetime.fromisoformat(since)).total_seconds()
    except ValueError:  # it is not known when: soak the whole time
        return whole
    return min(float(whole), max(0.0, whole - age))


def _measure(run: Run, stale: Sequence[Unit], units: Mapping[str, Unit]) -> None:
    run.progress.now(f"measuring what was applied: {', '.join(unit.platform for unit in stale)}")
    prove(run, stale, EVIDENCE, lambda unit: run.prober.by_name(unit.change))
    for unit in stale:
        if unit.failed:
            said = "; ".join(unit.reasons[:3])
            run.control.halt(CHECK_FAILED, f"{unit.platform} does not hold after its apply: {said}")
            unit.settled, unit.state = False, FAILED
            if unit.platform in units and unit.touched:
                unit.published = tuple(open_records(unit))
                undo(run, [unit], EVIDENCE)
