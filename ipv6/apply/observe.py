"""Reads what runs on the devices now; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from inventory.errors import EnvironmentFailed, GateError, InputError
from ipv6.apply import payload
from ipv6.apply.payload import Wanted
from ipv6.change.model import ChangeSet
from ipv6.drivers.registry import driver, text_hash
from ipv6.ports import DeviceResult, Transport

HOST_KEY = "Host key verification failed"
OTHER_KEY = (
    "its host key is not the pinned one: another machine answers, or it was installed anew; compare the key on the"
    " device itself before its line in known_hosts is replaced"
)
SectionKey = tuple[str, str, str]
RecordKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Via:
    """The device's own address of the connection over which it was asked, and the port that holds it."""

    address: str
    port: str


@dataclass(frozen=True, slots=True)
class Observed:
    """Running texts by (device, driver, object); (ttl, data) by (server, zone, name, type); reasons by device.

    `identities` is what each machine says it is, `evidence` are its hints about who changed what is not as expected,
    `foreign` counts what somebody else keeps on it, `via` is the way over which it was reached, `standins` are devices
    that say they only stand in for one.
    """

    sections: dict[SectionKey, str] = field(default_factory=dict)
    records: dict[RecordKey, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)
    via: dict[str, Via] = field(default_factory=dict)
    standins: set[str] = field(default_factory=set)


def observe(
    transport: Transport,
    wanted: Iterable[Wanted],
    label: str = "observe",
    expected: Mapping[SectionKey, str] = MappingProxyType({}),
) -> Observed:
    """Ask all devices at once; who does not answer, or not with what its driver can read, is in `failed`.

    `expected` are texts that should run: the device compares hashes and sends only what is another one.
    """
    asked = {one.device: one for one in merge(wanted)}
    _refuse_unreadable(asked.values())
    if not asked:
        return Observed()
    found = Observed()
    hashes = {key: text_hash(text) for key, text in expected.items()}
    answers = answers_of(transport.run([payload.observe(one, hashes) for one in asked.values()], label))
    for device, one in asked.items():
        result = answers.get(device) or DeviceResult(device, "unreachable", "no answer")
        data = result.data or {}
        if data.get("identity"):
            found.identities[device] = str(data["identity"])
        if data.get("standin"):
            found.standins.add(device)
        if result.state != "observed":
            reason = OTHER_KEY if HOST_KEY in result.reason else result.reason
            found.failed[device] = f"{result.state}: {reason}" if reason else result.state
        else:
            _read(one, data, found, expected)
    return found


def _refuse_unreadable(wanted: Iterable[Wanted]) -> None:
    """GateError for devices that the agent cannot read, before anything is asked."""
    reasons = {one.device: driver(name).held_back for one in wanted for name, _ in one.sections}
    if found := {device: reason for device, reason in reasons.items() if reason}:
        cause = "; ".join(f"{device}: {reason}" for device, reason in sorted(found.items()))
        raise GateError("devices", cause, "leave its region out of the environment")


def require_all(observed: Observed) -> None:
    """EnvironmentFailed that names every device which did not answer, each reason once."""
    if observed.failed:
        groups: dict[str, list[str]] = {}
        for device, reason in sorted(observed.failed.items()):
            groups.setdefault(reason.replace(device, "it"), []).append(device)
        said = "; ".join(f"{', '.join(devices)} ({reason})" for reason, devices in groups.items())
        count = len(observed.failed)
        cause = f"{count} device{'s' if count > 1 else ''} did not answer: {said}"
        raise EnvironmentFailed("devices", cause, "bring them up or see `jiyue lab status`")


def merge(wanted: Iterable[Wanted]) -> list[Wanted]:
    """One entry per device, in order of first mention, doubles removed."""
    sections: dict[str, dict[tuple[str, str], None]] = {}
    records: dict[str, dict[tuple[str, str, str], None]] = {}
    for one in wanted:
        sections.setdefault(one.device, {}).update(dict.fromkeys(one.sections))
        records.setdefault(one.device, {}).update(dict.fromkeys(one.records))
    return [Wanted(device, tuple(found), tuple(records[device])) for device, found in sections.items()]


def wanted_by(change: ChangeSet) -> list[Wanted]:
    """What a change set has to know before it may start: its held devices' objects and its own record sets."""
    found = [
        Wanted(device.device, tuple((section.driver, section.object) for section in device.sections))
        for device in change.devices
        if not device.deferred
    ]
    for record in change.records:
        if record.server:
            found.append(Wanted(record.server, records=((record.zone, record.name, record.type),)))
    return found


def answers_of(results: Iterable[DeviceResult]) -> Mapping[str, DeviceResult]:
    """Results by device."""
    return {result.device: result for result in results}


def _read(wanted: Wanted, data: Mapping[str, Any], into: Observed, expected: Mapping[SectionKey, str]) -> None:
    device = wanted.device
    via = data.get("via")
    if isinstance(via, Mapping) and via.get("address"):
        into.via[device] = Via(str(via["address"]), str(via.get("port", "")))
    sections = {
        (str(one["driver"]), str(one["object"])): str(
            one["text"] if "text" in one else expected.get((device, str(one["driver"]), str(one["object"])), "")
        )
        for one in data.get("sections", ())
    }
    missing = [pair for pair in wanted.sections if pair not in sections]
    if missing:
        into.failed[device] = f"it did not report {' '.join(missing[0])}"
        return
    for name, object in wanted.sections:
        try:
            driver(name).normalise(sections[name, object])
        except (InputError, ValueError) as error:
            into.failed[device] = f"its {name} {object} cannot be read: {error}"
            return
    into.evidence[device] = tuple(data.get("evidence", ()))
    into.foreign[device] = int(data.get("foreign", 0))
    into.sections.update({(device, *pair): sections[pair] for pair in wanted.sections})
    for one in data.get("records", ()):
        key = (device, str(one["zone"]), str(one["name"]), str(one["type"]))
        if one.get("rdata"):
            into.records[key] = (int(one["ttl"]), tuple(sorted(str(item) for item in one["rdata"])))
