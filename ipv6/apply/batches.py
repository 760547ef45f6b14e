"""Which devices of one step are changed together. Pure: the numbers come from `waves.yaml`, the pairs from the devices.

First one device of each role, so that a mistake meets the smallest slice through the network; then the rest. Within a
batch far devices go before near ones, and so they do in the batches after the first. No batch holds both of a redundant
pair, nor more of one region than its share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One device to change, and whose it is."""

    device: str
    platform: str
    role: str
    region: str


Batch = tuple[Member, ...]
"""Devices that are changed before anything is measured, far ones first."""


def batches(
    members: Iterable[Member],
    share: int,
    rank: Callable[[str], int],
    twins: Mapping[str, frozenset[str]],
    held: Mapping[str, int],
) -> tuple[Batch, ...]:
    """The batches in their order; `share` is the percentage of a region's `held` devices that one may have."""
    every = list(members)
    pilots = _pilots(every)
    rest = [one for one in every if one not in pilots]
    room = {region: max(1, count * share // 100) for region, count in held.items()}
    return tuple(batch for group in (pilots, rest) for batch in _cut(group, room, rank, twins))


def apart(devices: Sequence[str], twins: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """The same devices in as few groups as keep every pair apart, each in the order given."""
    groups: list[list[str]] = []
    for device in devices:
        free = (group for group in groups if not twins.get(device, frozenset()) & set(group))
        group = next(free, None)
        if group is None:
            groups.append([device])
        else:
            group.append(device)
    return groups


def _pilots(every: Sequence[Member]) -> list[Member]:
    """One device of each role: those of the platform that has most roles, then what is lacking from the others."""
    roles: dict[str, set[str]] = {}
    for one in every:
        roles.setdefault(one.platform, set()).add(one.role)
    order = sorted(roles, key=lambda name: -len(roles[name]))  # stable: among equals the first one
    found: dict[str, Member] = {}
    for platform in order:
        for one in every:
            if one.platform == platform:
                found.setdefault(one.role, one)
    return list(found.values())


def _cut(
    group: Sequence[Member], room: Mapping[str, int], rank: Callable[[str], int], twins: Mapping[str, frozenset[str]]
) -> list[Batch]:
    waiting = sorted(group, key=lambda one: rank(one.role))
    found = []
    while waiting:
        taken: list[Member] = []
        counts: Counter[str] = Counter()
        # What lies before a device that has to wait waits as well, or near would go before far.
        blocked: dict[str, int] = {}
        for one in waiting:
            at = rank(one.role)
            beside = twins.get(one.device, frozenset()) & {other.device for other in taken}
            full = counts[one.region] >= room.get(one.region, 1)
            if beside or full or at > blocked.get(one.platform, at):
                blocked.setdefault(one.platform, at)
                continue
            taken.append(one)
            counts[one.region] += 1
        found.append(tuple(taken))
        waiting = [one for one in waiting if one not in taken]
    return found
