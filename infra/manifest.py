"""A Kubernetes object as a plain value, before any engine sees it: compared, hashed and checked without a cluster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

CLUSTER_SCOPED = frozenset({"Namespace", "PersistentVolume", "StorageClass", "ServiceCIDR", "ClusterRole"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object; `body` is everything beside apiVersion, kind and metadata, in the API's own (camel case) words.

    `protect` keeps the object when the stack is destroyed, and also when the program no longer declares it.
    `yields` are fields (`spec.replicas`) that are set when the object is made and then belong to a controller.
    """

    api_version: str
    kind: str
    name: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False
    yields: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Identity inside the cluster: kind, namespace, name."""
        return (self.kind, self.namespace, self.name)

    @property
    def place(self) -> str:
        """The object in words, for messages."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    def metadata(self) -> dict[str, Any]:
        """The `metadata` block."""
        found: dict[str, Any] = {"name": self.name, "labels": dict(self.labels)}
        if self.namespace:
            found["namespace"] = self.namespace
        if self.annotations:
            found["annotations"] = dict(self.annotations)
        return found

    def document(self) -> dict[str, Any]:
        """The whole object as the API server would be given it."""
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": self.metadata(), **self.body}

    def held(self) -> dict[str, Any]:
        """What is ours for good: metadata and body without the fields that are yielded."""
        found: dict[str, Any] = {"metadata": self.metadata(), **self.body}
        for path in self.yields:
            found = _without(found, path.split("."))
        return found


def _without(value: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    first, *rest = path
    if not rest:
        return {key: one for key, one in value.items() if key != first}
    return {key: _without(one, rest) if key == first else one for key, one in value.items()}


def digest(manifests: Iterable[Manifest], *also: str) -> str:
    """SHA-256 (hex) over the objects in the order of their keys, and over the texts in `also`."""
    documents = [item.document() for item in sorted(manifests, key=lambda item: item.key)]
    text = json.dumps([documents, *also], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
