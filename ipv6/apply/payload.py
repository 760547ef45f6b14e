"""What a device is told to do, as JSON-able values; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from ipv6.change.model import DeviceChange, RecordChange, Section
from ipv6.ports import Target

RECORDS = "records@"
"""Marks the journal's device column where a step is about the record sets on a server, not about its configuration."""
REVERT = "revert@"
"""Marks it where an applied change set is taken back; such a step is a change of its own on the device."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read from one device: (driver, object) pairs and (zone, name, type) record sets."""

    device: str
    sections: tuple[tuple[str, str], ...] = ()
    records: tuple[tuple[str, str, str], ...] = ()


def observe(wanted: Wanted, known: Mapping[tuple[str, str, str], str] = MappingProxyType({})) -> Target:
    """Read objects and record sets; changes nothing. A text with its `known` hash (by device, driver, object) stays."""
    empty = dict.fromkeys(("base", "intended", "base_hash", "intended_hash", "forward", "reverse"), "")
    sections = [
        {"driver": driver, "object": object, **empty, "known": known.get((wanted.device, driver, object), "")}
        for driver, object in wanted.sections
    ]
    records: list[dict[str, Any]] = [
        {"zone": zone, "name": name, "type": kind, "ttl": 0, "before": [], "after": []}
        for zone, name, kind in wanted.records
    ]
    return _target("observe", wanted.device, "", 0, sections, records)


def commit(device: DeviceChange, change: str, timer: int) -> Target:
    """Bring the sections to what is intended and arm a rollback after `timer` seconds."""
    return _target("commit", device.device, change, timer, [_section(one) for one in changed(device)], [])


def commit_records(server: str, records: Iterable[RecordChange], change: str, timer: int) -> Target:
    """Publish record sets and arm a rollback after `timer` seconds."""
    return _target("commit", server, change, timer, [], [_record(record) for record in records])


def arm_records(server: str, records: Iterable[RecordChange], change: str, timer: int) -> Target:
    """Hold the way back of record sets that an update is about to change, for `timer` seconds."""
    return _target("arm", server, change, timer, [], [_record(record) for record in records])


def reverse(device: DeviceChange, change: str, timer: int) -> Target:
    """Bring the sections back to their base, last one first, with a rollback of its own."""
    sections = [_section(_swapped(one)) for one in reversed(changed(device))]
    return _target("commit", device.device, change, timer, sections, [])


def reverse_records(server: str, records: Iterable[RecordChange], change: str, timer: int) -> Target:
    """Withdraw record sets to what was served before."""
    found = [_record(record, back=True) for record in records]
    return _target("commit", server, change, timer, [], found)


def order(op: str, device: str, change: str) -> Target:
    """`confirm`, `rollback` or `status` of a change the device knows already."""
    return _target(op, device, change, 0, [], [])


def changed(device: DeviceChange) -> list[Section]:
    """The sections that are not kept."""
    return [section for section in device.sections if not section.keep]


def _target(
    op: str, device: str, change: str, timer: int, sections: Sequence[object], records: Sequence[object]
) -> Target:
    payload = {"op": op, "device": device, "change": change, "timer": timer}
    return Target(device, {**payload, "sections": list(sections), "records": list(records)})


def _section(section: Section) -> dict[str, Any]:
    found = asdict(section)
    del found["keep"]
    return found


def _swapped(section: Section) -> Section:
    return Section(
        driver=section.driver,
        object=section.object,
        base=section.intended,
        intended=section.base,
        base_hash=section.intended_hash,
        intended_hash=section.base_hash,
        forward=section.reverse,
        reverse=section.forward,
    )


def _record(record: RecordChange, *, back: bool = False) -> dict[str, Any]:
    old = record.ttl_before or record.ttl
    ttl, ttl_before = (old, record.ttl) if back else (record.ttl, old)
    before, after = (record.after, record.before) if back else (record.before, record.after)
    found = {"zone": record.zone, "name": record.name, "type": record.type, "ttl": ttl, "ttl_before": ttl_before}
    return {**found, "before": list(before), "after": list(after)}
