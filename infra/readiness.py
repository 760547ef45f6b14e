"""Whether what an `up` made really runs: every replica of every workload, one LIST per kind for all stacks of a wave.

The engine's provider could wait for each workload too; it keeps four watches open per Deployment and two per Service
for it, which cost more than the objects themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from infra.cluster import ApiServer
from infra.fleetwork import Fleet, told
from infra.live import Cluster, listed, path_of
from infra.objects import meta
from infra.result import StackResult

PAUSE = 0.5
WORKLOADS = ("Deployment", "StatefulSet")

Waiting = Callable[[str, str], None]
"""Called as `waiting(platform, text)` while its workloads are not ready."""


def settled(fleet: Fleet, results: Mapping[str, StackResult], waiting: Waiting) -> dict[str, StackResult]:
    """The results of a wave once every workload is ready; `failed` for a stack that is not after `fleet.patience`."""
    final = dict(results)
    contexts: dict[str, list[str]] = {}
    for name in results:
        if results[name].ok:
            contexts.setdefault(fleet.context(name), []).append(name)
    deadline = time.monotonic() + fleet.patience
    for context, names in contexts.items():
        server = ApiServer(fleet.kubeconfig, context)
        try:
            while (late := unready(server, names)) and time.monotonic() < deadline:
                for name, lines in late.items():
                    waiting(name, lines[0])
                time.sleep(PAUSE)
        finally:
            server.close()
        for name, lines in late.items():
            reason = f"not ready after {fleet.patience:g} s: {told(lines)}"
            final[name] = replace(final[name], state="failed", reason=reason, lines=lines)
    return final


def unready(cluster: Cluster, platforms: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Workloads of platforms that do not run as declared, in words; nothing for a platform of which all are ready."""
    found: dict[str, list[str]] = {}
    chosen = ",".join(sorted(platforms))
    selector = urlencode({"labelSelector": f"{meta.PLATFORM} in ({chosen}),app.kubernetes.io/managed-by=jiyue"})
    for kind in WORKLOADS:
        for item in listed(cluster, path_of("apps/v1", kind), selector):
            if said := _late(kind, item):
                found.setdefault(item["metadata"]["labels"][meta.PLATFORM], []).append(said)
    return {name: tuple(lines) for name, lines in found.items()}


def _late(kind: str, item: Mapping[str, Any]) -> str:
    """What a workload still lacks; its controller must have seen the newest declaration."""
    metadata, status = item["metadata"], item.get("status") or {}
    wanted = int(item["spec"].get("replicas", 1))
    seen = int(status.get("observedGeneration", 0)) >= int(metadata["generation"])
    fresh, ready = (int(status.get(key, 0)) for key in ("updatedReplicas", "readyReplicas"))
    if seen and ready >= wanted and fresh >= wanted:
        return ""
    why = _why(status.get("conditions") or ())
    return f"{kind} {metadata['namespace']}/{metadata['name']}: {min(fresh, ready)} of {wanted} replicas are ready{why}"


def _why(conditions: Sequence[Mapping[str, Any]]) -> str:
    """What its controller complains of: quota, a claim that nobody binds."""
    for one in conditions:
        if (one.get("type"), one.get("status")) in {("ReplicaFailure", "True"), ("Progressing", "False")}:
            return f" ({one.get('message', '')[:200]})"
    return ""
