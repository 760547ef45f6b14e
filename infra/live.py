"""What the cluster really holds, compared with what it should hold: one LIST per kind, no engine.

An object agrees when every field that we set has our value and nobody else owns a field of its specification.
Policies that are not ours are named too: policies add up, so a foreign one opens a zone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta
from inventory.errors import EnvironmentFailed

PLURALS = {
    "Namespace": "namespaces",
    "ResourceQuota": "resourcequotas",
    "LimitRange": "limitranges",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "ConfigMap": "configmaps",
    "PersistentVolume": "persistentvolumes",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
    "NetworkPolicy": "networkpolicies",
    "Gateway": "gateways",
    "HTTPRoute": "httproutes",
    "ServiceCIDR": "servicecidrs",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "ClusterRole": "clusterroles",
    "RoleBinding": "rolebindings",
    "StorageClass": "storageclasses",
    "CronJob": "cronjobs",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
}

INSTALLED = frozenset({"Gateway", "HTTPRoute"})
"""Kinds that a cluster knows only when somebody installed their definitions (`infra.gateways` asks before an `up`)."""

CONTROLLERS = frozenset({"kube-apiserver", "kube-controller-manager", "kube-scheduler"})
"""Part of the cluster itself; what they write (status, bindings, defaults) is no drift."""

PAGE = 2000
"""Objects per answer of the API server."""

Key = tuple[str, str, str]
"""Kind, namespace, name."""

OWN_FIELDS = frozenset({"f:spec", "f:data", "f:rules", "f:roleRef", "f:subjects", "f:provisioner"})


def object_path(manifest: Manifest) -> str:
    """Where one object is."""
    base, _, plural = path_of(manifest.api_version, manifest.kind).rpartition("/")
    inside = f"/namespaces/{manifest.namespace}" if manifest.namespace else ""
    return f"{base}{inside}/{plural}/{manifest.name}"


class Absent(EnvironmentFailed):
    """The API server answers 404: it holds nothing there, or does not know what is asked for."""


class Cluster(Protocol):
    """Reads the API server; raises EnvironmentFailed when it does not answer, Absent when it answers 404."""

    def get(self, path: str) -> Mapping[str, Any]: ...


def path_of(api_version: str, kind: str) -> str:
    """The collection of a kind over all namespaces."""
    base = "/api/v1" if api_version == "v1" else f"/apis/{api_version}"
    return f"{base}/{PLURALS[kind]}"


def listed(cluster: Cluster, path: str, query: str = "") -> Iterable[Mapping[str, Any]]:
    """One collection, page by page; `query` chooses among its objects (`labelSelector=...`, encoded)."""
    token, chosen = "", f"&{query}" if query else ""
    while True:
        page = cluster.get(f"{path}?limit={PAGE}{chosen}" + (f"&continue={quote(token)}" if token else ""))
        yield from page.get("items") or ()
        token = (page.get("metadata") or {}).get("continue", "")
        if not token:
            return


class Snapshot:
    """Everything a cluster holds of the kinds we use, listed once for all platforms."""

    def __init__(self, cluster: Cluster, kinds: Iterable[tuple[str, str]]) -> None:
        self._items: dict[Key, Mapping[str, Any]] = {}
        self._unknown: set[str] = set()
        for api_version, kind in sorted(set(kinds)):
            try:
                for item in listed(cluster, path_of(api_version, kind)):
                    metadata = item["metadata"]
                    self._items[kind, metadata.get("namespace", ""), metadata["name"]] = item
            except Absent:
                if kind not in INSTALLED:
                    raise
                self._unknown.add(kind)

    def item(self, key: Key) -> Mapping[str, Any] | None:
        """One live object; None when there is none."""
        return self._items.get(key)

    def of_kind(self, kind: str) -> Iterable[Mapping[str, Any]]:
        """Every live object of a kind."""
        return (item for key, item in self._items.items() if key[0] == kind)

    def differences(self, manifests: Sequence[Manifest]) -> tuple[str, ...]:
        """Every way in which the cluster is not what the objects say, in their order; empty when it is."""
        found: list[str] = []
        for manifest in manifests:
            live = self._items.get(manifest.key)
            if live is None:
                why = (
                    f", and the cluster does not serve {manifest.api_version}" if manifest.kind in self._unknown else ""
                )
                found.append(f"{manifest.place}: is missing{why}")
                continue
            # Items of a list name neither kind nor version.
            found.extend(f"{manifest.place}: {line}" for line in unlike(manifest.held(), live))
            found.extend(f"{manifest.place}: {line}" for line in strangers(live, _owner(manifest)))
        return (*found, *self.foreign_policies(manifests), *self.left_over(manifests))

    def holds_none(self, manifests: Sequence[Manifest]) -> bool:
        """Whether not one of the objects exists: a new cluster, or a stack that was never up."""
        return not any(manifest.key in self._items for manifest in manifests)

    def left_over(self, manifests: Sequence[Manifest]) -> Iterable[str]:
        """Objects that carry a platform's labels and are none of its stack's: what a lost state no longer removes."""
        ours = {item.key for item in manifests}
        platforms = {item.labels.get(meta.PLATFORM) for item in manifests} - {None}
        for key in sorted(self._items):
            labels = self._items[key]["metadata"].get("labels") or {}
            if labels.get(meta.PLATFORM) not in platforms or key in ours or key[0] == "NetworkPolicy":
                continue
            # The zones' policies select namespaces by these labels, so a foreign one that wears them is inside.
            if key[0] == "Namespace" or meta.MANAGED.items() <= labels.items():
                place = "/".join(filter(None, key[1:]))
                yield f"{key[0]} {place}: carries the platform's labels, but is not part of the stack"

    def strange(self, manifests: Sequence[Manifest]) -> tuple[Manifest, ...]:
        """Our objects that exist under their names, but that nobody of ours ever wrote."""
        return tuple(item for item in manifests if (live := self._items.get(item.key)) and not written(live, item))

    def foreign_policies(self, manifests: Sequence[Manifest]) -> Iterable[str]:
        """Network policies inside our namespaces that are not among the objects."""
        ours = {item.key for item in manifests}
        namespaces = {item.name for item in manifests if item.kind == "Namespace"}
        for key in sorted(self._items):
            if key[0] == "NetworkPolicy" and key[1] in namespaces and key not in ours:
                yield f"NetworkPolicy {key[1]}/{key[2]}: is not part of the stack"


def unlike(wanted: Any, live: Any, path: str = "") -> Iterable[str]:
    """Fields that we set and that have another value; what the server adds to objects is left out."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        for key, value in wanted.items():
            at = f"{path}.{key}" if path else key
            if key in live:
                yield from unlike(value, live[key], at)
            elif value not in ({}, [], None):
                yield f"{at} is gone"
    elif isinstance(wanted, list) and isinstance(live, list):
        if len(wanted) != len(live):
            yield f"{path} has {len(live)} entries instead of {len(wanted)}"
        for number, (one, two) in enumerate(zip(wanted, live, strict=False)):
            yield from unlike(one, two, f"{path}[{number}]")
    elif wanted != live:
        yield f"{path} is {_short(live)} instead of {_short(wanted)}"


def strangers(live: Mapping[str, Any], owner: str) -> Iterable[str]:
    """Other field managers that own part of the specification."""
    for entry in live["metadata"].get("managedFields") or ():
        manager = entry.get("manager", "")
        if manager == owner or manager in CONTROLLERS or entry.get("subresource") == "status":
            continue
        if OWN_FIELDS & set(entry.get("fieldsV1") or ()):
            yield f"was changed by {manager!r}"


def written(live: Mapping[str, Any], manifest: Manifest) -> bool:
    """Whether the platform's own writer made or changed a live object."""
    managers = {entry.get("manager") for entry in live["metadata"].get("managedFields") or ()}
    return _owner(manifest) in managers


def _owner(manifest: Manifest) -> str:
    return manifest.annotations.get(meta.FIELD_MANAGER, naming.PREFIX)


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:80]
