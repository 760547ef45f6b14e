"""What a proposal page shows, as plain values that the Markdown and the HTML template share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipv6.change.diff import DiffLine, unified
from ipv6.change.digest import digest
from ipv6.change.model import ChangeSet, DeviceChange, Section
from ipv6.change.plan import Plan, derive

OUTSIDE = ("internet", "extranet")


@dataclass(frozen=True, slots=True)
class Rule:
    """One allowed flow with the prefixes it means in each family."""

    source: str
    target: str
    service: str
    source4: str
    source6: str
    target4: str
    target6: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """How one object goes back: to the text of that hash, by that many lines told to the device."""

    device: str
    object: str
    base_hash: str
    lines: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything a template needs; nothing is computed in the template."""

    change: ChangeSet
    digest: str
    author: str
    plan: Plan
    nothing: tuple[str, ...]
    held: tuple[DeviceChange, ...]
    deferred: tuple[DeviceChange, ...]
    rules: tuple[Rule, ...]
    stack: tuple[tuple[str, str], ...]
    stack_diff: tuple[DiffLine, ...]
    rollback: tuple[Rollback, ...]


def view(change: ChangeSet, author: str, stack_runs: Mapping[str, object] | None = None, known: str = "") -> View:
    """Prepare a change set for reading; `nothing` holds the reasons when there is nothing to do.

    `known` is its digest where that was worked out already.
    """
    plan = derive(change)
    nothing = () if plan.changes else (plan.reasons or ("the change set is empty",))
    held = tuple(device for device in change.devices if not device.deferred)
    deferred = tuple(device for device in change.devices if device.deferred)
    return View(
        change,
        known or digest(change),
        author,
        plan,
        nothing,
        held,
        deferred,
        rules(change),
        tuple(_stack(change)),
        stack_diff(change, stack_runs or {}),
        rollback(held),
    )


def rollback(held: tuple[DeviceChange, ...]) -> tuple[Rollback, ...]:
    """Every changed object of the held devices."""
    return tuple(
        Rollback(
            device.device, f"{section.driver} {section.object}", section.base_hash, len(section.reverse.splitlines())
        )
        for device in held
        for section in device.sections
        if not section.keep
    )


def diff(section: Section) -> tuple[DiffLine, ...]:
    """The unified diff of one object, three lines of context; empty when nothing changes."""
    return unified(section.base, section.intended)


def stack_diff(change: ChangeSet, runs: Mapping[str, object]) -> tuple[DiffLine, ...]:
    """The unified diff of the stack's values, three lines of context; empty on day 0 and when nothing changes."""
    if not runs:
        return ()
    before, after = (json.dumps(one, ensure_ascii=False, sort_keys=True, indent=1) for one in (runs, change.stack))
    return unified(before, after)


def counts(section: Section) -> tuple[int, int]:
    """Lines added and removed in one object."""
    lines = diff(section)
    return sum(line.kind == "add" for line in lines), sum(line.kind == "del" for line in lines)


def fence(text: str) -> str:
    """A Markdown fence longer than any run of backticks in the text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def rules(change: ChangeSet) -> tuple[Rule, ...]:
    """The zone rules of the stack's values, each with both families."""
    stack: dict[str, Any] = dict(change.stack)
    zones: dict[str, Any] = {**stack.get("prefixes", {}), "extranet": stack.get("extranet", {})}
    found = []
    for flow in stack.get("flows", ()):
        ports = ",".join(str(port) for port in flow["ports"])
        source, target = flow["source"], flow["target"]
        service = f"{flow['protocol']} {ports}".strip()
        ends = [_prefixes(zones, name, family) for name in (source, target) for family in ("v4", "v6")]
        found.append(Rule(source, target, service, *ends))
    return tuple(found)


def _prefixes(zones: dict[str, Any], name: str, family: str) -> str:
    if name == "internet":
        return "0.0.0.0/0" if family == "v4" else "::/0"
    return ", ".join(zones.get(name, {}).get(family, ())) or "-"


def _stack(change: ChangeSet) -> list[tuple[str, str]]:
    """The stack's values as lines of key and text; flows and sites have tables of their own."""
    return [
        (key, _text(value)) for key, value in sorted(change.stack.items()) if key not in ("flows", "sites") and value
    ]


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text(item)}" for key, item in value.items() if item)
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    return str(value)
