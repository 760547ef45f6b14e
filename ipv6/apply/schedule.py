"""In which order change sets are applied, computed from the inventory: who carries whom, then the waves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from inventory.errors import InputError
from inventory.model import SHARED, Inventory


@dataclass(frozen=True, slots=True)
class Step:
    """Platforms whose devices (or records) are changed together; a failure in a `decisive` step stops what follows."""

    name: str
    phase: Literal["devices", "records"]
    platforms: tuple[str, ...]
    decisive: bool


def carriers(inv: Inventory) -> frozenset[str]:
    """Platforms on whose networks shared devices stand (the name servers in the province's DMZ)."""
    owner = {link.id: platform.name for platform in inv.platforms for link in platform.links}
    links = {port.link for device in inv.shared_devices for port in device.interfaces}
    return frozenset(owner[link] for link in links if link in owner)


def schedule(inv: Inventory, platforms: Collection[str]) -> tuple[Step, ...]:
    """The steps for these platforms (and `shared`).

    What is shared goes first, but its records (name servers' addresses, glue) can only be proven once the platforms
    that carry the name servers are reachable over IPv6; they follow right after those, before anyone else's records.
    InputError for a platform that is in no wave.
    """
    planned = {name for wave in inv.waves for name in wave.platforms} | {SHARED}
    if unknown := sorted(set(platforms) - planned):
        raise InputError(f"platform {unknown[0]}", "it is in no wave", "add it to waves.yaml")
    base = carriers(inv)
    waiting = set(base) & set(platforms)
    steps = [Step(SHARED, "devices", (SHARED,), True)] if SHARED in platforms else []
    owing = [Step(SHARED, "records", (SHARED,), True)] if SHARED in platforms else []
    if not waiting:
        steps, owing = steps + owing, []
    for wave in inv.waves:
        chosen = tuple(name for name in wave.platforms if name in platforms)
        if not chosen:
            continue
        decisive = wave.canary or not base.isdisjoint(chosen)
        steps.append(Step(wave.name, "devices", chosen, decisive))
        waiting -= set(chosen)
        if not waiting:
            steps, owing = steps + owing, []
        steps.append(Step(wave.name, "records", chosen, decisive))
    return tuple(steps)
