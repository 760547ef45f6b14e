"""A small world in memory: devices that behave like the agent, vantage points, a store, and a fuse to blow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from inventory.errors import GateError
from inventory.model import SHARED, Inventory
from inventory.source import load
from ipv6.change.digest import digest
from ipv6.change.model import ChangeSet, Claim, DeviceChange, RecordChange
from ipv6.drivers.registry import section
from ipv6.ports import Approval, DeviceResult, JournalEntry, ProbeReport, Publication, Target

PLATFORMS = (SHARED, "hunan", "changsha", "zhuzhou", "xiangtan")
NOW = "2026-03-01T08:00:00Z"


class Crash(BaseException):
    """The process is gone; nothing may catch it."""


@dataclass
class Fuse:
    """Blows at the given count of effects; every effect counts twice, before and after it happens."""

    at: int = 0
    count: int = 0

    def burn(self) -> None:
        """Count one; blow when it is time."""
        self.count += 1
        if self.count == self.at:
            raise Crash


@cache
def inventory() -> Inventory:
    """The real province: its waves, links and environment."""
    return load(Path(__file__).resolve().parents[3] / "inventory" / "hunan", "lab")


def base_text(device: str) -> str:
    """What a device runs on day 0."""
    return f"addr up 10.0.0.{len(device)}/24\nroute 0.0.0.0/0 via 10.0.0.1\n"


@cache
def change_set(platform: str) -> ChangeSet:
    """A change set with devices of three ranks and one record set, made like a real one."""
    names = {SHARED: ("core:core", "ns1:dns")}.get(
        platform, (f"pe-{platform}:pe", f"fw-{platform}:firewall", f"site-{platform}:site-host")
    )
    devices = []
    for number, (name, role) in enumerate(one.split(":") for one in names):
        base = base_text(name)
        intended = base + f"addr up 3fff:10:{len(platform)}::{number + 1}/64\n"
        devices.append(DeviceChange(name, role, "430000", (section("linux", "network", base, intended),)))
    deferred = DeviceChange(f"pe-county-{platform}", "county-pe", "430121", (), "not in this environment")
    name = f"www.{platform}.gov.cn."
    server = "ns-govcn" if platform == SHARED else "ns1"
    record = RecordChange(
        server, f"{platform}.gov.cn.", name, "AAAA", 300, (), (f"3fff:10:{len(platform)}::80",), ttl_low=60
    )
    sites = ({"name": name.rstrip("."), "title": "", "owner": "", "address4": "198.18.0.1", "address6": ""},)
    return ChangeSet(platform, "lab", (), (*devices, deferred), (record,), sites if platform != SHARED else ())


@dataclass
class World:
    """Devices and what was asked of them; also the Transport."""

    fuse: Fuse = field(default_factory=Fuse)
    texts: dict[str, str] = field(default_factory=dict)
    records: dict[tuple[str, str, str, str], tuple[str, ...]] = field(default_factory=dict)
    seen: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    refuse: dict[str, str] = field(default_factory=dict)
    machines: dict[str, str] = field(default_factory=dict)
    vanish: Callable[[str, str], bool] = lambda device, op: False
    runs: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    via: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def day0(cls, changes: Mapping[str, ChangeSet]) -> World:
        """Every held device at its base, no record served."""
        return cls(
            texts={one.device: base_text(one.device) for c in changes.values() for one in c.devices if not one.deferred}
        )

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        """Do as the agent does; each device is an effect of its own."""
        names = [target.device for target in targets]
        assert len(names) == len(set(names)), "one order per device"
        self.runs.append((str(targets[0].payload["op"]), tuple(names)))
        results = []
        for target in targets:
            self.fuse.burn()
            results.append(self._one(target.device, dict(target.payload)))
            self.fuse.burn()
        return tuple(results)

    def _one(self, device: str, payload: dict[str, Any]) -> DeviceResult:
        op = payload["op"]
        if payload.get("identity", "") not in ("", self.machines.get(device, "")):
            return DeviceResult(device, "refused", "this is another machine")
        if device in self.unreachable or self.vanish(device, op):
            return DeviceResult(device, "unreachable", "connection timed out")
        if op == "observe":
            return DeviceResult(device, "observed", "", self._observed(device, payload))
        key = (device, payload["change"])
        known = self.seen.get(key)
        if op == "arm":
            sets = payload["records"]
            served = [self.records.get((device, one["zone"], one["name"], one["type"]), ()) for one in sets]
            if not known or known["state"] != "confirmed" or served != [tuple(one["after"]) for one in sets]:
                self.seen[key] = known = {"state": "armed", "payload": payload, "remaining": payload["timer"]}
            return DeviceResult(device, known["state"])
        if op == "commit":
            return self._commit(device, key, payload, known)
        if known is None:
            state = "rolled-back" if op == "rollback" else "refused"
            return DeviceResult(device, state, "never seen that change")
        if op == "rollback" and known["state"] != "rolled-back":
            self._set(device, known["payload"], "base", "before")
            known["state"] = "rolled-back"
        if op == "confirm" and known["state"] == "armed":
            for one in known["payload"]["records"]:
                served = self.records.get((device, one["zone"], one["name"], one["type"]), ())
                assert served == tuple(one["after"]), "the host would take back what was never published"
        if op == "confirm" and known["state"] in ("committed", "armed"):
            known["state"] = "confirmed"
        return DeviceResult(device, known["state"], "", {"remaining": known["remaining"]})

    def _commit(self, device: str, key: tuple[str, str], payload: dict[str, Any], known: Any) -> DeviceResult:
        if device in self.refuse:
            return DeviceResult(device, "refused", self.refuse[device])
        for part in payload["sections"]:
            assert self.texts[device] in (part["base"], part["intended"]), "the device would refuse a moved base"
        others = [other for (name, change), other in self.seen.items() if name == device and change != key[1]]
        if payload["sections"] and any(
            other["state"] == "committed" and other["payload"]["sections"] for other in others
        ):
            return DeviceResult(device, "refused", "another change is pending")
        self._set(device, payload, "intended", "after")
        if not known or known["state"] == "rolled-back":
            self.seen[key] = {"state": "committed", "payload": payload, "remaining": payload["timer"]}
        return DeviceResult(device, self.seen[key]["state"])

    def _set(self, device: str, payload: dict[str, Any], text: str, data: str) -> None:
        for part in payload["sections"]:
            self.texts[device] = part[text]
        for record in payload["records"]:
            self.records[(device, record["zone"], record["name"], record["type"])] = tuple(record[data])

    def _observed(self, device: str, payload: dict[str, Any]) -> dict[str, Any]:
        sections = [{**part, "text": self.texts[device]} for part in payload["sections"]]
        records = []
        for record in payload["records"]:
            served = self.records.get((device, record["zone"], record["name"], record["type"]), ())
            records.append({**record, "ttl": 300, "rdata": list(served)})
        known = inventory().devices.get(device)
        via = {"address": str(known.mgmt4) if known else "192.168.240.99", "port": "mgmt0"}
        said = {"via": self.via.get(device, via), "identity": self.machines.get(device, "")}
        return {"sections": sections, "records": records, **said}

    def silence(self) -> None:
        """Time passes: every unconfirmed change is taken back by its device."""
        for (device, _), known in self.seen.items():
            if known["state"] in ("committed", "armed"):
                self._set(device, known["payload"], "base", "before")
                known["state"] = "rolled-back"

    def almost(self) -> None:
        """Time passes: the timers have little left."""
        for known in self.seen.values():
            known["remaining"] = 5

    def pending(self) -> list[tuple[str, str]]:
        """Changes that nobody confirmed or took back."""
        return [key for key, known in self.seen.items() if known["state"] in ("committed", "armed")]

    def picture(self) -> tuple[dict[str, str], dict[Any, tuple[str, ...]]]:
        """What runs and what is served."""
        return dict(self.texts), {key: data for key, data in self.records.items() if data}


@dataclass
class Outside:
    """The publisher: what it sends is there, and only while the server's host holds the way back."""

    world: World
    fuse: Fuse
    bad: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str, int]] = field(default_factory=list)

    def publish(
        self, server: str, records: Sequence[RecordChange], step: str, seconds: float
    ) -> tuple[Publication, ...]:
        """Each zone is an effect of its own; a zone in `bad` is refused."""
        found = []
        for zone in dict.fromkeys(record.zone for record in records):
            mine = [record for record in records if record.zone == zone]
            self.steps.append((step, zone, len(mine)))
            self.fuse.burn()
            if zone in self.bad:
                found.append(Publication(zone, "refused", self.bad[zone]))
                continue
            for record in mine:
                key = (server, record.zone, record.name, record.type)
                if step == "publish" and self.world.records.get(key, ()) != record.after:
                    assert any(name == server for name, _ in self.world.pending()), "nobody would take it back"
                    self.world.records[key] = record.after
            self.fuse.burn()
            found.append(Publication(zone, "published", "", 2, len(mine)))
        return tuple(found)


@dataclass
class Vantage:
    """Answers from the world as it is; `bad` gives reasons by (platform, question)."""

    world: World
    fuse: Fuse
    bad: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    checked: int = 4

    def by_address(self, change: ChangeSet) -> ProbeReport:
        """Green when every device runs what is intended and nothing was told to fail."""
        wrong = [
            f"{one.device}: no IPv6"
            for one in change.devices
            if not one.deferred and self.world.texts[one.device] != one.sections[0].intended
        ]
        return self._report(change, "by_address", wrong)

    def by_name(self, change: ChangeSet) -> ProbeReport:
        """Green when every record set is served."""
        wrong = [
            f"{one.name}: no AAAA"
            for one in change.records
            if self.world.records.get((one.server, one.zone, one.name, one.type)) != one.after
        ]
        return self._report(change, "by_name", wrong)

    def ipv4_baseline(self, change: ChangeSet) -> Mapping[str, str]:
        """One value; it tells whether anything was changed before it was measured."""
        self._count(change, "baseline")
        touched = [
            one.device
            for one in change.devices
            if not one.deferred and self.world.texts[one.device] != one.sections[0].base
        ]
        return {"site/www/status": "200", "touched": ",".join(touched)}

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]:
        """Whatever was told to be lost."""
        self._count(change, "lost")
        reason = self.bad.get((change.platform, "lost"))
        return (reason,) if reason else ()

    def ipv4_watched(self, change: ChangeSet) -> tuple[str, ...]:
        """Whatever was told to be lost while devices are changed."""
        reason = self.bad.get((change.platform, "watched"))
        return (reason,) if reason else ()

    def _report(self, change: ChangeSet, question: str, wrong: list[str]) -> ProbeReport:
        self._count(change, question)
        reason = self.bad.get((change.platform, question))
        reasons = (*wrong, *([reason] if reason else []))
        return ProbeReport(not reasons, self.checked, reasons)

    def _count(self, change: ChangeSet, question: str) -> None:
        self.fuse.burn()
        self.asked.append((change.platform, question))
        self.fuse.burn()


@dataclass
class Memory:
    """The store's port in memory; every write is an effect."""

    changes: dict[str, ChangeSet]
    fuse: Fuse
    lines: list[JournalEntry] = field(default_factory=list)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    now_applied: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    assessed: frozenset[str] | None = None

    def change_set(self, digest: str) -> ChangeSet:
        """The change set of that digest."""
        return self.changes[digest]

    def claims(self) -> tuple[Claim, ...]:
        """The ledger, as far as the change sets go."""
        return tuple(claim for change in self.changes.values() for claim in change.claims)

    def approval(self, digest: str) -> Approval:
        """An approval by somebody else."""
        if digest not in self.approvals:
            raise GateError(f"approval of {digest[:12]}", "nobody has approved it", "have it reviewed")
        return self.approvals[digest]

    def assessed_sites(self, now: str) -> frozenset[str]:
        """Every site, unless told otherwise."""
        every = frozenset(site["name"] for change in self.changes.values() for site in change.sites)
        return every if self.assessed is None else self.assessed

    def journal(self, entry: JournalEntry) -> None:
        """Keep a line."""
        self.fuse.burn()
        self.lines.append(replace(entry, seq=len(self.lines) + 1))
        self.fuse.burn()

    def entries(self, digest: str = "") -> tuple[JournalEntry, ...]:
        """Lines of a change set."""
        return tuple(line for line in self.lines if not digest or line.digest == digest)

    def last_states(self, digest: str) -> Mapping[str, str]:
        """Last states by device."""
        return {line.device: line.state for line in self.entries(digest) if line.device}

    def put_result(self, kind: str, name: str, value: object) -> None:
        """Keep a value."""
        self.fuse.burn()
        self.values.setdefault(kind, {})[name] = value
        self.fuse.burn()

    def results(self, kind: str) -> Mapping[str, Any]:
        """Values of a kind."""
        return self.values.get(kind, {})

    def applied_digest(self, platform: str) -> str:
        """What runs."""
        return self.now_applied.get(platform, "")

    def applied(self, digest: str) -> None:
        """Note what runs."""
        self.fuse.burn()
        self.now_applied[self.changes[digest].platform] = digest
        self.fuse.burn()

    def reverted(self, digest: str, reasons: tuple[str, ...]) -> None:
        """Note that it does not."""
        self.fuse.burn()
        self.reasons[self.changes[digest].platform] = reasons
        if self.now_applied.get(self.changes[digest].platform) == digest:
            del self.now_applied[self.changes[digest].platform]


class StillClock:
    """Always the same time."""

    def now(self) -> str:
        """UTC."""
        return NOW


@dataclass
class Told:
    """Keeps what a person would have read."""

    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """A line that stays."""
        self.notes.append(text)

    def now(self, text: str) -> None:
        """A passing one."""


@dataclass
class Scene:
    """Everything one apply needs, with the fuse shared by all."""

    platforms: Sequence[str] = PLATFORMS
    publishes: bool = True

    def __post_init__(self) -> None:
        self.fuse = Fuse()
        self.changes = {platform: change_set(platform) for platform in self.platforms}
        self.digests = {platform: digest(change) for platform, change in self.changes.items()}
        self.world = World.day0(self.changes)
        self.vantage = Vantage(self.world, self.fuse)
        self.outside = Outside(self.world, self.fuse)
        self.store = Memory({self.digests[name]: change for name, change in self.changes.items()}, self.fuse)
        self.world.fuse = self.fuse
        for value in self.digests.values():
            approval = Approval(value, "wang", "li", "lab-reviewer", NOW, "2026-04-01T00:00:00Z")
            self.store.approvals[value] = approval
        self.told = Told()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Time passes at once; what happens meanwhile is the test's business."""
        self.slept.append(seconds)
