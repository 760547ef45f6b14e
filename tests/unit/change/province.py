"""The real province on day 0, composed without any device: what runs is what the drivers render for IPv4 alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from inventory.model import Inventory
from inventory.source import load
from ipv6.change.compose import Prepared, compose, prepare, rendered, server_of
from ipv6.change.model import ChangeSet
from ipv6.plan.plan import make_plan
from ipv6.plan.records import records
from ipv6.ports import DeviceResult, Target
from jiyue.propose import all_inputs

ROOT = Path(__file__).resolve().parents[3]


@cache
def inventory() -> Inventory:
    """The province."""
    return load(ROOT / "inventory" / "hunan", "lab")


@cache
def prepared() -> Prepared:
    """Intents and records of a fresh plan."""
    return prepare(inventory(), make_plan(inventory()).claims)


@dataclass
class Fleet:
    """Devices that answer `observe` from memory."""

    texts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    records: dict[tuple[str, str, str, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)

    @classmethod
    def day(cls, dual_stack: bool) -> Fleet:
        """Every held device as rendered, without or with IPv6."""
        inv, ready = inventory(), prepared()
        intents = ready.after if dual_stack else ready.before
        texts = {
            (name, *pair): text
            for name, intent in intents.items()
            if inv.holds(inv.devices[name])
            for pair, text in rendered(intent).items()
        }
        wanted = records(inv, ready.by_key if dual_stack else None)
        return cls(texts, {(server_of(inv, one), one.zone, one.name, one.type): (one.ttl, one.rdata) for one in wanted})

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        """Answer `observe`; nothing else is expected."""
        return tuple(self._one(target) for target in targets)

    def _one(self, target: Target) -> DeviceResult:
        name = target.device
        assert target.payload["op"] == "observe"
        if name in self.unreachable:
            return DeviceResult(name, "unreachable", "connection timed out")
        sections = [
            {**part, "text": self.texts[(name, part["driver"], part["object"])]}
            for part in target.payload["sections"]  # type: ignore[attr-defined]
        ]
        found = []
        for one in target.payload["records"]:  # type: ignore[attr-defined]
            ttl, data = self.records.get((name, one["zone"], one["name"], one["type"]), (0, ()))
            found.append({**one, "ttl": ttl, "rdata": list(data)})
        return DeviceResult(name, "observed", "", {"sections": sections, "records": found})


@cache
def composed(platform: str, dual_stack: bool = False) -> ChangeSet:
    """A change set as proposed on day 0, or once everything runs."""
    fleet = Fleet.day(dual_stack)
    inputs = all_inputs(inventory(), ROOT)
    ready = prepared()
    return compose(inventory(), ready.claims, fleet.texts, fleet.records, platform, inputs, ready)
