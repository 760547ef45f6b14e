"""Taking over what a city already runs: namespaces and services of our names, kept as they are, not made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from infra import fleet as fleets
from infra import fleetwork as work
from infra.cluster import ApiServer
from infra.components import naming
from infra.fleetwork import Fleet
from infra.live import CONTROLLERS, Snapshot, object_path, unlike
from infra.manifest import Manifest
from infra.result import StackResult
from inventory.errors import GateError

FIXED: Mapping[str, tuple[str, ...]] = {
    "Service": ("clusterIP", "clusterIPs"),
    "Deployment": ("selector",),
    "StatefulSet": ("selector", "serviceName"),
    "PersistentVolumeClaim": ("accessModes", "storageClassName", "volumeName"),
}
"""Fields of a specification that the API server lets nobody change; where they differ there is nothing to adopt."""


@dataclass(frozen=True, slots=True)
class Found:
    """What exists under a platform's names, made by somebody else; UID by place, and why something does not fit."""

    uids: Mapping[str, str]
    conflicts: tuple[str, ...]


def look(live: Snapshot, manifests: tuple[Manifest, ...]) -> Found:
    """The strange objects of a platform and what of them cannot be taken over."""
    uids, conflicts = {}, []
    for item in live.strange(manifests):
        there = live.item(item.key)
        if there is None:
            continue
        uids[item.place] = str(there["metadata"]["uid"])
        spec, now = item.body.get("spec") or {}, there.get("spec") or {}
        for name in FIXED.get(item.kind, ()):
            if name in spec and name in now:
                conflicts += [
                    f"{item.place}: {line}, which cannot be changed" for line in unlike(spec[name], now[name], name)
                ]
    return Found(uids, tuple(conflicts))


def adopt(
    fleet: Fleet, platform: str, approved: fleets.Planned, progress: fleets.Progress = fleets.silent
) -> StackResult:
    """Bring one platform up over what exists; GateError with every conflict before anything is changed.

    `lines` of the result name what was taken over. An object that was made anew all the same is a failure.
    """
    name = fleets.ordered(fleet.inventory, [platform])[0]
    jobs = work.jobs(fleet, [name], [])
    objects = jobs[0].objects.all
    before = look(work.snapshots(fleet, jobs)[name], objects)
    if before.conflicts:
        fix = "plan the addresses that are in use, or remove the object in a maintenance window"
        raise GateError(f"stack {name}", "; ".join(before.conflicts), fix)
    result = fleets.up(fleet, [name], approved, progress, adopt=True)[name]
    if result.state in ("failed", "stopped"):
        return result
    _disown(fleet, name, work.snapshots(fleet, jobs)[name], [item for item in objects if item.place in before.uids])
    after = work.snapshots(fleet, jobs)[name]
    by_place = {item.place: after.item(item.key) or {} for item in objects}
    lost = [place for place, uid in before.uids.items() if by_place[place].get("metadata", {}).get("uid") != uid]
    if lost:
        return replace(result, state="failed", reason=f"made anew instead of taken over: {', '.join(lost)}")
    if lines := after.differences(objects):
        return replace(result, state="drifted", reason=work.told(lines), lines=lines)
    jobs[0].copy.record(jobs[0].objects.fingerprint, dict(result.outputs))
    return replace(result, state="updated", reason="", lines=tuple(sorted(before.uids)))


def _disown(fleet: Fleet, platform: str, live: Snapshot, manifests: list[Manifest]) -> None:
    """What a former owner set stays; that he owns it is taken from the record, or it would be drift for ever."""
    server = ApiServer(fleet.kubeconfig, fleet.context(platform))
    try:
        for item in manifests:
            there = live.item(item.key) or {"metadata": {}}
            entries = there["metadata"].get("managedFields") or []
            kept = [one for one in entries if one.get("manager") in CONTROLLERS | {naming.field_manager(platform)}]
            if len(kept) < len(entries):
                server.own(object_path(item), kept)
    finally:
        server.close()
