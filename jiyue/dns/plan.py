"""What octoDNS would change in a zone, held against what was approved: any difference is a refusal that names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dns.exception
import dns.rdata
import dns.rdatatype
import dns.zone
from octodns.provider.plan import Plan, UnsafePlan
from octodns.record import Record
from octodns.record.exception import RecordException
from octodns.record.rr import Rrset
from octodns.zone import Zone

from inventory.rollout import Limits
from ipv6.change import records as states
from ipv6.change.model import RecordChange
from ipv6.change.records import ABSENT, EXCEEDED, RecordState
from jiyue.dns.provider import PrimaryProvider
from jiyue.i18n import _

Key = tuple[str, str]
"""Name (with a trailing dot, lower case) and type."""
LOWER, PUBLISH, RAISE = "lower", "publish", "raise"
"""The steps of a record set: its TTL goes down, its data changes, its TTL goes up."""


class Deviates(Exception):
    """What would be sent, or what is there, is not what was approved; the text names it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record set of the step: as the zone has it and as it is to be."""

    record: RecordChange
    now: RecordState
    then: RecordState


def wanted(zone: dns.zone.Zone, records: Sequence[RecordChange], step: str) -> list[Wanted]:
    """What this step makes of each approved set; Deviates when one is in none of its approved states."""
    found, odd = [], []
    for record in records:
        now = state(zone, record.name, record.type)
        then = _then(record, now, step)
        if then is None:
            odd.append(f"{record.name} {record.type} is {said(now)}, approved from {said(states.start(record))}")
        else:
            found.append(Wanted(record, now, then))
    if odd:
        raise Deviates("; ".join(odd))
    return found


def _then(record: RecordChange, now: RecordState, step: str) -> RecordState | None:
    start, low, new, end = (
        canonical(record.type, one)
        for one in (states.start(record), states.lowered(record), states.published(record), states.final(record))
    )
    assert start is not None and new is not None and end is not None
    if step == LOWER:
        return low if low is not None and now == start else now if now in (start, low, new, end) else None
    if step == PUBLISH:
        return now if now in (new, end) else new if now in (start, low) else None
    return end if now in (new, end) else None


def state(zone: dns.zone.Zone, name: str, kind: str) -> RecordState:
    """TTL and sorted data of a set as transferred."""
    rdataset = zone.get_rdataset(name, kind)
    return (int(rdataset.ttl), tuple(sorted(data.to_text() for data in rdataset))) if rdataset else ABSENT


def canonical(kind: str, state: RecordState | None) -> RecordState | None:
    """The approved data in the spelling that a transfer has; Deviates when it is no such data."""
    if state is None:
        return None
    try:
        found = (dns.rdata.from_text("IN", kind, text).to_text() for text in state[1])
        return state[0], tuple(sorted(found))
    except (dns.exception.DNSException, ValueError) as error:
        raise Deviates(f"{', '.join(state[1])} is no data of type {kind}: {error}") from error


def desired(provider: PrimaryProvider, name: str, changes: Sequence[Wanted]) -> Zone:
    """The zone as transferred, with exactly these sets as they are to be."""
    found = Zone(name, [])
    provider.populate(found, target=True, lenient=True)
    for one in changes:
        if one.now[1]:
            for record in [have for have in found.records if key_of(have) == _key(one.record)]:
                found.remove_record(record)
        if one.then[1]:
            ttl, data = one.then
            rrset = Rrset(one.record.name.lower(), one.record.type, ttl, data)
            try:
                found.add_record(Record.from_rrset(found, rrset, lenient=True), lenient=True)
            except RecordException as error:
                raise Deviates(f"octoDNS cannot publish {one.record.name} {one.record.type}: {error}") from error
    return found


def key_of(record: Record) -> Key:
    """How a record set is named here and in octoDNS."""
    return record.fqdn.lower(), record._type


def _key(record: RecordChange) -> Key:
    return record.name.lower(), record.type


def compare(plan: Plan | None, changes: Sequence[Wanted]) -> None:
    """Deviates unless the plan does exactly this: the same sets, from the same data to the same data and TTL."""
    approved = {_key(one.record): (one.now, one.then) for one in changes}
    planned = (
        {key_of(change.record): (_octo(change.existing), _octo(change.new)) for change in plan.changes if plan}
        if plan
        else {}
    )
    odd = [
        f"octoDNS would {_verb(planned.get(key))} {key[0]} {key[1]}, approved is to {_verb(approved.get(key))}"
        for key in sorted(planned.keys() | approved.keys())
        if planned.get(key) != approved.get(key)
    ]
    if odd:
        raise Deviates("; ".join(odd))


def _octo(record: Record | None) -> RecordState:
    if record is None:
        return ABSENT
    rrset = record.to_rrset()
    found = canonical(rrset._type, (rrset.ttl, tuple(rrset.rdatas)))
    assert found is not None
    return found


def _verb(pair: tuple[RecordState, RecordState] | None) -> str:
    if pair is None:
        return "leave it alone"
    now, then = pair
    if not then[1]:
        return f"remove {said(now)}"
    return f"make it {said(then)}" if now[1] else f"add {said(then)}"


def said(state: RecordState) -> str:
    """As a person reads it."""
    ttl, data = state
    return f"{', '.join(data)} (TTL {ttl})" if data else "nothing"


def unsafe(limits: Limits, plan: Plan) -> str:
    """Why the plan exceeds a safety limit, with its numbers; empty when it does not."""
    name, counts = plan.desired.name, plan.change_counts
    rows = [states.create_limit(limits, name, counts["Create"])]
    rows.append(states.delete_limit(limits, name, counts["Delete"], len(plan.existing.records)))
    over = [f"{row.where} {row.text}" for row in rows if row.state == EXCEEDED]
    try:
        # No percentage for updates: each is approved by name. octoDNS guards the zone's own name servers.
        guard = Plan(plan.existing, plan.desired, plan.changes, plan.exists, 1.0, limits.deletes / 100)
        guard.raise_if_unsafe()
    except UnsafePlan as error:
        over += [] if over else [str(error)]
    return "; ".join(over)


def text(plan: Plan, serial: int) -> str:
    """The plan as a person reads it: one line per record set, then the count."""
    lines = [_("Zone {zone}, serial {serial}").format(zone=plan.desired.name, serial=serial)]
    for change in plan.changes:
        old, new = _octo(change.existing), _octo(change.new)
        name, kind = key_of(change.record)
        sign = "+" if not old[1] else "-" if not new[1] else "~"
        shown = said(new) if sign == "+" else said(old) if sign == "-" else f"{said(old)} -> {said(new)}"
        lines.append(f"  {sign} {name} {kind} {shown}")
    counts: Mapping[str, int] = plan.change_counts
    sentence = _("{created} new, {changed} changed, {removed} removed; {kept} stay as they are")
    kept = len(plan.existing.records) - counts["Update"] - counts["Delete"]
    lines.append(
        sentence.format(created=counts["Create"], changed=counts["Update"], removed=counts["Delete"], kept=kept)
    )
    return "".join(f"{line}\n" for line in lines)
