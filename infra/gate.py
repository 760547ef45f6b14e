"""The gate in front of every stack: what comes from the plan must be what was approved (design decision 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra.values import Approved, StackValues
from inventory.errors import GateError
from inventory.model import Inventory, Platform
from ipv6.zones.matrix import flows_for

FIX = "propose the platform again and have it approved"
SHOWN = 4


def differences(approved: object, planned: object, path: str = "") -> tuple[str, ...]:
    """Where two JSON values differ, as `path: approved A, now B`, in the order of the paths."""
    if isinstance(approved, Mapping) and isinstance(planned, Mapping):
        found: list[str] = []
        for key in sorted({*approved, *planned}, key=str):
            at = f"{path}.{key}" if path else str(key)
            if key not in planned:
                found.append(f"{at}: approved, but no longer planned")
            elif key not in approved:
                found.append(f"{at}: planned, but not approved")
            else:
                found.extend(differences(approved[key], planned[key], at))
        return tuple(found)
    if isinstance(approved, list | tuple) and isinstance(planned, list | tuple) and len(approved) == len(planned):
        pairs = enumerate(zip(approved, planned, strict=True))
        return tuple(line for number, (one, two) in pairs for line in differences(one, two, f"{path}[{number}]"))
    return () if approved == planned else (f"{path}: approved {_short(approved)}, now {_short(planned)}",)


def check_planned(approved: Approved, digest: str, planned: Mapping[str, object]) -> None:
    """GateError unless what the program reads is exactly the approved change set `digest` and its values."""
    place = f"stack {approved.platform}"
    if approved.digest != digest:
        raise GateError(place, f"holds digest {approved.digest[:12]}, approved is {digest[:12]}", FIX)
    _refuse(place, differences(approved.raw, planned))


def check_inventory(inventory: Inventory, platform: Platform, values: StackValues, place: str) -> None:
    """GateError when the inventory has moved on since the approval: zones, service range, flows or sites differ."""
    zones = {zone.id for zone in inventory.matrix.zones}
    flows = {(item.source, item.target, item.protocol, tuple(sorted(item.ports))) for item in values.flows}
    wanted = {
        (item.source, item.target, item.protocol, tuple(sorted(item.ports)))
        for item in flows_for(inventory.matrix, platform.name)
    }
    sites = {(site.name, str(site.address4)) for site in platform.sites}
    _refuse(
        place,
        (
            *_sets("zone", set(values.prefixes), zones),
            *_sets("flow", {_flow(item) for item in flows}, {_flow(item) for item in wanted}),
            *_sets("site", {" ".join(item) for item in _sites(values)}, {" ".join(item) for item in sites}),
            *differences(str(values.services4), str(platform.services4), "services4"),
        ),
    )


def _sites(values: StackValues) -> set[tuple[str, str]]:
    return {(site.name, str(site.address4)) for site in values.sites}


def _flow(item: tuple[str, str, str, tuple[int, ...]]) -> str:
    return f"{item[0]} -> {item[1]} {item[2]} {','.join(map(str, item[3]))}".rstrip()


def _sets(kind: str, approved: set[str], now: set[str]) -> Iterable[str]:
    yield from (f"{kind} {name}: in the inventory, but not approved" for name in sorted(now - approved))
    yield from (f"{kind} {name}: approved, but no longer in the inventory" for name in sorted(approved - now))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refuse(place: str, found: tuple[str, ...]) -> None:
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise GateError(place, "differs from what was approved: " + "; ".join(found[:SHOWN]) + more, FIX)
