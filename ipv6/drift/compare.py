"""One applied change set beside what its devices answered: same, drift, or unknown; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ipv6.change.diff import DiffLine
from ipv6.change.model import ChangeSet, DeviceChange, RecordChange, Section
from ipv6.drift.tree import counts, difference
from ipv6.drivers.nginx.text import listens
from ipv6.drivers.registry import driver

Verdict = Literal["same", "drift", "unknown"]
SectionKey = tuple[str, str, str]
RecordKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Since:
    """What was applied last: its digest, the run that did it, who ran it, when (UTC); empty where nobody knows."""

    digest: str
    run: str = ""
    operator: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ObjectDrift:
    """One object of a device that does not run as applied; `running` is its text now."""

    device: str
    driver: str
    object: str
    lines: tuple[DiffLine, ...]
    running: str

    @property
    def text(self) -> str:
        """One sentence with the numbers."""
        more, less = counts(self.lines)
        return f"{self.device} {self.driver} {self.object}: {more} lines more, {less} lines fewer than applied"


@dataclass(frozen=True, slots=True)
class RecordDrift:
    """One record set that is not served as applied; `ttl` in seconds (applied, served)."""

    server: str
    zone: str
    name: str
    type: str
    applied: tuple[str, ...]
    served: tuple[str, ...]
    ttl: tuple[int, int]

    @property
    def text(self) -> str:
        """One sentence."""
        was, now = ", ".join(self.applied) or "nothing", ", ".join(self.served) or "nothing"
        if was == now:
            return f"{self.name} {self.type} on {self.server}: its TTL is {self.ttl[1]} s, applied {self.ttl[0]} s"
        return f"{self.name} {self.type} on {self.server} is {now}, applied {was}"


@dataclass(frozen=True, slots=True)
class ListenerDrift:
    """One socket of a site host that is not as applied; `state` is missing or unexpected."""

    device: str
    address: str
    port: int
    state: Literal["missing", "unexpected"]

    @property
    def text(self) -> str:
        """One sentence."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        if self.state == "missing":
            return f"{self.device}: no site listens on {host}:{self.port} any more"
        return f"{self.device}: a site listens on {host}:{self.port}, which nobody approved"


@dataclass(frozen=True, slots=True)
class PlatformDrift:
    """One platform. `unknown` is why a device could not be compared, by device; `checked` counts objects and sets.

    `deferred` devices are not in this environment; `evidence` are the devices' own hints about who changed what;
    `standins` only stand in for devices.
    """

    platform: str
    since: Since
    checked: int = 0
    objects: tuple[ObjectDrift, ...] = ()
    records: tuple[RecordDrift, ...] = ()
    listeners: tuple[ListenerDrift, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    deferred: int = 0
    foreign: int = 0
    evidence: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    standins: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Drift is said even when other devices are unknown; without either it is the same."""
        if self.objects or self.records:
            return "drift"
        return "unknown" if self.unknown else "same"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read: texts, record sets, why a device gave none, and its hints; `foreign` objects are not ours."""

    sections: Mapping[SectionKey, str]
    records: Mapping[RecordKey, tuple[int, tuple[str, ...]]]
    failed: Mapping[str, str]
    evidence: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    foreign: Mapping[str, int] = field(default_factory=dict)
    standins: frozenset[str] = frozenset()


def compare(change: ChangeSet, since: Since, seen: Seen) -> PlatformDrift:
    """Every object and record set of an applied change set beside what was read."""
    held = [device for device in change.devices if not device.deferred]
    objects: list[ObjectDrift] = []
    listeners: list[ListenerDrift] = []
    unknown: dict[str, str] = {}
    checked = 0
    for device in held:
        if device.device in seen.failed:
            unknown[device.device] = seen.failed[device.device]
            continue
        for section in device.sections:
            running = seen.sections.get((device.device, section.driver, section.object))
            if running is None:
                unknown[device.device] = f"{section.driver} {section.object} was not read"
                continue
            checked += 1
            if found := _object(device, section, running):
                objects.append(found)
                listeners += _listeners(device.device, section, found.running)
    records = []
    for record in (one for one in change.records if one.server):
        if record.server in seen.failed:
            unknown[record.server] = seen.failed[record.server]
            continue
        checked += 1
        records += _record(record, seen)
    moved = {one.device for one in objects}
    return PlatformDrift(
        change.platform,
        since,
        checked,
        tuple(objects),
        tuple(records),
        tuple(listeners),
        unknown,
        len(change.devices) - len(held),
        sum(seen.foreign.get(device.device, 0) for device in held),
        {device: hints for device, hints in seen.evidence.items() if device in moved and hints},
        tuple(sorted(device.device for device in held if device.device in seen.standins)),
    )


def _object(device: DeviceChange, section: Section, running: str) -> ObjectDrift | None:
    now = driver(section.driver).normalise(running)
    lines = difference(section.driver, section.intended, now) if now != section.intended else ()
    return ObjectDrift(device.device, section.driver, section.object, lines, now) if lines else None


def _listeners(device: str, section: Section, running: str) -> list[ListenerDrift]:
    if section.driver != "nginx":
        return []
    silent = {line.rpartition(" ")[2] for line in running.splitlines() if line.startswith("# it does not listen")}
    told, there = set(listens(section.intended)), set(listens(running))
    deaf = {socket for socket in there if _label(*socket) in silent}
    gone = sorted((told - there) | (told & deaf))
    return [
        *(ListenerDrift(device, address, port, "missing") for address, port in gone),
        *(ListenerDrift(device, address, port, "unexpected") for address, port in sorted(there - told)),
    ]


def _label(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _record(record: RecordChange, seen: Seen) -> list[RecordDrift]:
    key = (record.server, record.zone, record.name, record.type)
    ttl, served = seen.records.get(key, (0, ()))
    if tuple(sorted(served)) == tuple(sorted(record.after)) and (not served or ttl == record.ttl):
        return []
    return [RecordDrift(*key, record.after, served, (record.ttl, ttl))]
