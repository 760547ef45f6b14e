"""Record sets of a change set: how each is made, the states it goes through, and the limits on them. Pure.

A set starts as it is served, has its TTL lowered when it is going to change, is published, and gets its own TTL once
it is confirmed. Every one of these states follows from the approved record, so nothing else is ever sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from inventory.model import Inventory
from inventory.rollout import Limits
from ipv6.change.model import Limit, RecordChange
from ipv6.plan.intent import RRset

RecordKey = tuple[str, str, str, str]
"""Server, zone, name, type."""
RecordState = tuple[int, tuple[str, ...]]
"""TTL in seconds and the sorted data; `ABSENT` when there is no such set."""

ABSENT: RecordState = (0, ())
BY_HAND = "to be entered by the registrar of {zone}"
SERVED = "already served"
OURS = ("A", "AAAA", "PTR")
"""Types that are removed when the plan no longer names them; a zone's own name servers never are."""
SMALL = 10
"""Zones with fewer record sets have no percentage worth a limit (octoDNS counts alike)."""
KEPT, EXCEEDED = "kept", "exceeded"


def key_of(record: RecordChange) -> RecordKey:
    """Where it is."""
    return record.server, record.zone, record.name, record.type


def change_of(inv: Inventory, server: str, rrset: RRset, served: Mapping[RecordKey, RecordState]) -> RecordChange:
    """What the plan asks of one record set; without a server it is the registrar's to enter."""
    ttl, data = served.get((server, rrset.zone, rrset.name, rrset.type), ABSENT)
    before, after = tuple(sorted(data)), tuple(sorted(rrset.rdata))
    keep, low = "", 0
    if not server:
        keep = BY_HAND.format(zone=rrset.zone)
    elif (ttl, before) == (rrset.ttl, after):
        keep = SERVED
    elif before != after:
        low = _low(inv, rrset.ttl)
    return RecordChange(server, rrset.zone, rrset.name, rrset.type, rrset.ttl, before, after, keep, ttl, low)


def removals(
    inv: Inventory,
    former: Iterable[RecordChange],
    planned: Collection[RecordKey],
    served: Mapping[RecordKey, RecordState],
) -> Iterator[RecordChange]:
    """The sets that an earlier change set of the platform brought and the plan no longer names, as deletions.

    What nobody published from here is not ours to delete.
    """
    for record in former:
        key = key_of(record)
        ttl, data = served.get(key, ABSENT)
        if record.server and record.type in OURS and key not in planned and data:
            before = tuple(sorted(data))
            yield RecordChange(*key, ttl, before, (), "", ttl, _low(inv, ttl) if before else 0)


def _low(inv: Inventory, ttl: int) -> int:
    return inv.names.lowered if inv.names.lowered < ttl else 0


def start(record: RecordChange) -> RecordState:
    """As the reviewer saw it."""
    return (record.ttl_before or record.ttl, record.before) if record.before else ABSENT


def lowered(record: RecordChange) -> RecordState | None:
    """Its data as before with the short TTL; None when that step is not needed."""
    if record.keep or not record.before or record.before == record.after:
        return None
    old = record.ttl_before or record.ttl
    return (record.ttl_low, record.before) if record.ttl_low and record.ttl_low < old else None


def published(record: RecordChange) -> RecordState:
    """Its new data, with the short TTL where there is one."""
    return (record.ttl_low or record.ttl, record.after) if record.after else ABSENT


def final(record: RecordChange) -> RecordState:
    """Its new data with its own TTL."""
    return (record.ttl, record.after) if record.after else ABSENT


def ttls(record: RecordChange) -> str:
    """The TTLs that it is served with, one after the other, in seconds."""
    low = lowered(record)
    steps = [start(record)[0] if record.before else 0, low[0] if low else 0, published(record)[0], final(record)[0]]
    if record.keep:
        return str(record.ttl)
    path = [step for at, step in enumerate(steps) if step and step not in steps[at - 1 : at]]
    return " -> ".join(str(step) for step in path)


def limits(found: Limits, records: Sequence[RecordChange]) -> tuple[Limit, ...]:
    """`dns-create`, `dns-delete` by zone and the granted `dns-withdraw`, each with its numbers."""
    open_ = [record for record in records if record.server and not record.keep]
    if not open_:
        return ()
    sizes = Counter(record.zone for record in records if record.before)
    rows = []
    for zone in sorted({record.zone for record in open_}):
        mine = [record for record in open_ if record.zone == zone]
        creates = sum(not record.before for record in mine)
        deletes = sum(not record.after for record in mine)
        rows += [create_limit(found, zone, creates)] if creates else []
        rows += [delete_limit(found, zone, deletes, sizes[zone])] if deletes else []
    return (*rows, withdraw_limit(found, len(open_)))


def create_limit(found: Limits, zone: str, count: int) -> Limit:
    """How many record sets are new in a zone."""
    state = KEPT if count <= found.creates else EXCEEDED
    return Limit("dns-create", zone, f"{count} new record sets, at most {found.creates}", state)


def delete_limit(found: Limits, zone: str, count: int, size: int) -> Limit:
    """Which share of a zone's `size` record sets goes away."""
    percent = 100 * count / max(size, 1)
    state = KEPT if size < SMALL or percent <= found.deletes else EXCEEDED
    text = f"{count} of {size} record sets go ({percent:.0f} %), at most {found.deletes} % from {SMALL} sets on"
    return Limit("dns-delete", zone, text, state)


def withdraw_limit(found: Limits, count: int) -> Limit:
    """What may be taken back at once without a new approval; it has to cover the whole change set."""
    state = KEPT if count <= found.withdraw else EXCEEDED
    text = f"{count} record sets may be taken back without a new approval, at most {found.withdraw}"
    return Limit("dns-withdraw", "DNS", text, state)
