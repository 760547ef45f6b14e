"""In which order change sets are applied, computed from the inventory: who carries whom, then the waves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from inventory.errors import InputError
from inventory.model import SHARED, Inventory
from inventory.rollout import Pace
from ipv6.change.model import ChangeSet


@dataclass(frozen=True, slots=True)
class Step:
    """Platforms whose devices (or records) are changed together, and how carefully; a failure in a `decisive` step
    stops what follows."""

    name: str
    phase: Literal["devices", "records"]
    platforms: tuple[str, ...]
    decisive: bool
    pace: Pace


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
    pace = inv.pace.get(SHARED, Pace())
    steps = [Step(SHARED, "devices", (SHARED,), True, pace)] if SHARED in platforms else []
    owing = [Step(SHARED, "records", (SHARED,), True, pace)] if SHARED in platforms else []
    if not waiting:
        steps, owing = steps + owing, []
    for wave in inv.waves:
        chosen = tuple(name for name in wave.platforms if name in platforms)
        if not chosen:
            continue
        decisive = wave.canary or not base.isdisjoint(chosen)
        pace = inv.pace.get(wave.name, Pace())
        steps.append(Step(wave.name, "devices", chosen, decisive, pace))
        waiting -= set(chosen)
        if not waiting:
            steps, owing = steps + owing, []
        steps.append(Step(wave.name, "records", chosen, decisive, pace))
    return tuple(steps)


def before(inv: Inventory, step: Step) -> tuple[tuple[str, str], ...]:
    """(wave, platform) of everything that goes before this step's wave, `shared` first; nothing goes before that."""
    found = [(SHARED, SHARED)] if step.name != SHARED else []
    for wave in inv.waves if found else ():
        if wave.name == step.name:
            break
        found += [(wave.name, platform) for platform in wave.platforms]
    return tuple(found)


def narrowed(inv: Inventory, changes: Mapping[str, ChangeSet], limit: Iterable[str]) -> frozenset[str]:
    """The devices of these change sets that the words of a limit (devices, or regions by code or name) leave.

    InputError for a word that leaves none: a limit never widens, and one that means nothing is a mistake.
    """
    held = [device for change in changes.values() for device in change.devices if not device.deferred]
    found: set[str] = set()
    for word in limit:
        codes = {region.code for region in inv.regions if word in (region.code, region.name)}
        mine = {device.device for device in held if device.device == word or device.region in codes}
        if not mine:
            cause = "no device of the change sets to apply has that name or region"
            raise InputError(f"--limit {word}", cause, "name a device or region of the platforms you apply")
        found |= mine
    return frozenset(found)
