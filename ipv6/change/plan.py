"""What a change set does, item by item, as values that every renderer takes (design decision 1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ipv6.change.model import ChangeSet, RecordChange, Section


@dataclass(frozen=True, slots=True)
class Create:
    """Something that is not there yet; `kind` is `section` or `record`, `name` says where and what."""

    kind: str
    name: str
    after: str


@dataclass(frozen=True, slots=True)
class Update:
    """Something that changes."""

    kind: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Something that goes away."""

    kind: str
    name: str
    before: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Something that stays as it is; never without a reason."""

    kind: str
    name: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason:
            raise ValueError(f"{self.kind} {self.name} is kept without a reason")


Item = Create | Update | Delete | Keep


@dataclass(frozen=True, slots=True)
class Plan:
    """Items in the order of the change set; `deferred` maps a device to the reason why it is left alone."""

    items: tuple[Item, ...]
    deferred: dict[str, str]

    @property
    def changes(self) -> tuple[Item, ...]:
        """Everything but the kept items."""
        return tuple(item for item in self.items if not isinstance(item, Keep))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why nothing is to be done: each reason of the kept items with its count, most frequent first."""
        counts = Counter(item.reason for item in self.items if isinstance(item, Keep))
        counts.update(self.deferred.values())
        return tuple(
            f"{count} x {reason}" for reason, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair))
        )


def derive(change: ChangeSet) -> Plan:
    """The plan of a change set: held devices' sections, then records."""
    items = [
        section_item(device.device, section)
        for device in change.devices
        if not device.deferred
        for section in device.sections
    ]
    deferred = {device.device: device.deferred for device in change.devices if device.deferred}
    return Plan((*items, *(record_item(record) for record in change.records)), deferred)


def section_item(device: str, section: Section) -> Item:
    """One object of a device as an item."""
    return _item("section", f"{device} {section.driver} {section.object}", section.base, section.intended, section.keep)


def record_item(record: RecordChange) -> Item:
    """One record set as an item; its texts are the sorted data, one per line."""
    name = f"{record.name} {record.type} on {record.server or 'the registrar'}"
    return _item("record", name, "\n".join(record.before), "\n".join(record.after), record.keep)


def _item(kind: str, name: str, before: str, after: str, keep: str) -> Item:
    if keep:
        return Keep(kind, name, keep)
    if not before:
        return Create(kind, name, after)
    if not after:
        return Delete(kind, name, before)
    return Update(kind, name, before, after)
