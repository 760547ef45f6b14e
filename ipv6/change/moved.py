"""What moved since a change set was made: inputs, claims, objects on devices, record sets. Pure.

A moved object voids the approval (design decision 3); every one is named, with what was approved and what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ipv6.change.model import ChangeSet, Claim
from ipv6.change.scope import Scope, inputs_of
from ipv6.drivers.registry import driver, text_hash

SHOWN = 12
"""Digits of a hash that a person compares."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One object that is not as approved; `approved` and `now` are hashes, prefixes or record data, empty for none."""

    kind: Literal["input", "claim", "section", "record"]
    name: str
    approved: str
    now: str

    @property
    def text(self) -> str:
        """The sentence that a person reads."""
        if self.kind == "input":
            now = self.now[:SHOWN] or "gone"
            return f"input {self.name} is {now}, approved with {self.approved[:SHOWN] or 'none'}"
        if self.kind == "claim":
            return f"claim {self.name} is {self.now or 'not in the ledger'}, approved as {self.approved or 'none'}"
        if self.kind == "section":
            return f"{self.name} is {self.now[:SHOWN]}, approved for {self.approved[:SHOWN]}"
        return f"{self.name} is {self.now}, approved for {self.approved or 'nothing'}"


def on_paper(change: ChangeSet, scope: Scope, claims: Iterable[Claim], inputs: Mapping[str, str]) -> tuple[Moved, ...]:
    """What moved in the inputs (sha256 by path) and in the ledger, as far as it belongs to this change set."""
    given = inputs_of(inputs, change.platform)
    # Files that are read since then and did not exist are inputs as well.
    found = [
        Moved("input", path, change.inputs.get(path, ""), given.get(path, ""))
        for path in sorted({*change.inputs, *given})
        if change.inputs.get(path) != given.get(path)
    ]
    approved = {claim.key: claim.prefix for claim in change.claims}
    held = {claim.key: claim.prefix for claim in scope.claims(claims, change.platform)}
    found += [
        Moved("claim", key, approved.get(key, ""), held.get(key, ""))
        for key in sorted({*approved, *held})
        if approved.get(key) != held.get(key)
    ]
    return tuple(found)


def on_devices(
    change: ChangeSet,
    sections: Mapping[tuple[str, str, str], str],
    records: Mapping[tuple[str, str, str, str], tuple[int, tuple[str, ...]]],
) -> tuple[Moved, ...]:
    """Objects that run neither the approved base nor what is intended, as far as they were read."""
    found = []
    for device in change.devices:
        for section in device.sections if not device.deferred else ():
            text = sections.get((device.device, section.driver, section.object))
            if text is None:
                continue
            running = text_hash(driver(section.driver).normalise(text))
            if running not in (section.base_hash, section.intended_hash):
                where = f"{device.device} {section.driver} {section.object}"
                found.append(Moved("section", where, section.base_hash, running))
    for record in change.records:
        if not record.server or record.keep:
            continue
        _, served = records.get((record.server, record.zone, record.name, record.type), (0, ()))
        if served not in (record.before, record.after):
            name = f"{record.name} {record.type}"
            found.append(Moved("record", name, ", ".join(record.before), ", ".join(served)))
    return tuple(found)
