"""A drift as a change set of its own: back to what was applied, or with what runs as the new base. Pure.

Both go the way of every change set: proposed, reviewed, applied through all gates. An adopted one changes nothing on a
device; it moves the base that the next one is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from inventory.errors import EnvironmentFailed, InputError
from inventory.model import Inventory
from ipv6.change.limits import limits, risks
from ipv6.change.model import ChangeSet, DeviceChange, RecordChange
from ipv6.change.order import steps, wave_of
from ipv6.change.records import limits as record_limits
from ipv6.change.scope import inputs_of
from ipv6.drift.compare import ObjectDrift, PlatformDrift, RecordDrift
from ipv6.drivers.registry import section

Way = Literal["adopt", "restore"]
ADOPTED = "adopted as it runs"
SERVED = "adopted as it is served"
AS_APPLIED = "already served"


def settle(inv: Inventory, applied: ChangeSet, drift: PlatformDrift, way: Way, inputs: Mapping[str, str]) -> ChangeSet:
    """The change set that settles a drift in that way, from what runs now.

    EnvironmentFailed while a device could not be compared, InputError where nothing has drifted.
    """
    if drift.unknown:
        said = "; ".join(f"{device}: {why}" for device, why in sorted(drift.unknown.items()))
        raise EnvironmentFailed(drift.platform, f"not every device could be compared: {said}", "bring them up first")
    if drift.verdict == "same":
        raise InputError(drift.platform, "nothing has drifted", "there is nothing to adopt or to restore")
    objects = {(one.device, one.driver, one.object): one for one in drift.objects}
    sets = {(one.server, one.zone, one.name, one.type): one for one in drift.records}
    devices = tuple(_device(device, objects, way) for device in applied.devices)
    records = tuple(_record(one, sets.get((one.server, one.zone, one.name, one.type)), way) for one in applied.records)
    changed = sum(not record.keep for record in records)
    return replace(
        applied,
        devices=devices,
        records=records,
        inputs=inputs_of(inputs, applied.platform),
        order=steps(wave_of(inv, applied.platform), devices, changed),
        limits=(*limits(inv, devices), *record_limits(inv.limits, records)),
        risks=risks(devices, changed),
    )


def _device(device: DeviceChange, drifted: Mapping[tuple[str, str, str], ObjectDrift], way: Way) -> DeviceChange:
    sections = []
    for one in device.sections:
        found = drifted.get((device.device, one.driver, one.object))
        running = found.running if found else one.intended
        wanted = running if way == "adopt" else one.intended
        made = section(one.driver, one.object, running, wanted)
        sections.append(replace(made, keep=ADOPTED) if found and way == "adopt" else made)
    return replace(device, sections=tuple(sections)) if not device.deferred else device


def _record(record: RecordChange, found: RecordDrift | None, way: Way) -> RecordChange:
    if not record.server:
        return record
    if found is None:
        return replace(record, before=record.after, keep=AS_APPLIED)
    # Where it starts from is what is served now, its TTL too: the publisher changes no set in any other state.
    now = replace(record, before=found.served, ttl_before=found.ttl[1])
    if way == "adopt":
        return replace(now, after=found.served, ttl=found.ttl[1] or record.ttl, keep=SERVED)
    return replace(now, keep="")
