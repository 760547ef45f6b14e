"""The objects of a cluster over its own API, listed once."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.cluster import ApiServer
from infra.live import Absent
from inventory.errors import EnvironmentFailed
from jiyue.accept.transcript import NotMeasured, Transcript

PLATFORM = "jiyue/platform"
PATHS = {
    "namespaces": "/api/v1/namespaces",
    "services": "/api/v1/services",
    "deployments": "/apis/apps/v1/deployments",
    "statefulsets": "/apis/apps/v1/statefulsets",
    "policies": "/apis/networking.k8s.io/v1/networkpolicies",
    "nodes": "/api/v1/nodes",
    "quotas": "/api/v1/resourcequotas",
    "limits": "/api/v1/limitranges",
    "budgets": "/apis/policy/v1/poddisruptionbudgets",
    "bindings": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "gateways": "/apis/gateway.networking.k8s.io/v1/gateways",
    "routes": "/apis/gateway.networking.k8s.io/v1/httproutes",
}

INSTALLED = frozenset({"gateways", "routes"})


class Cluster:
    """Every object of every platform, read in a handful of requests at first use."""

    def __init__(self, kubeconfig: Path | None, context: str, transcript: Transcript) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self._transcript = transcript
        self.evidence = ""

    def of(self, kind: str, platform: str, namespace: str = "") -> list[dict[str, Any]]:
        """The objects of one kind that belong to a platform; with `namespace` those in it."""
        items = self._objects[kind]
        mine = [item for item in items if item["metadata"].get("labels", {}).get(PLATFORM) == platform]
        return [item for item in mine if item["metadata"]["namespace"] == namespace] if namespace else mine

    def simulated(self, platform: str) -> bool:
        """Whether a node that the platform's pods may use only says that they run (KWOK)."""
        for node in self._objects["nodes"]:
            kept = {taint.get("value") for taint in node["spec"].get("taints") or () if taint["key"] == PLATFORM}
            if kept <= {platform} and "kwok" in json.dumps(node["metadata"].get("annotations", {})):
                return True
        return False

    @cached_property
    def _objects(self) -> dict[str, list[dict[str, Any]]]:
        asked = json.dumps({"context": self._context, "paths": PATHS}, sort_keys=True).encode()
        answer, self.evidence = self._transcript.ask("cluster", asked, self._read)
        found: dict[str, list[dict[str, Any]]] = json.loads(answer)
        return found

    def _read(self) -> bytes:
        if self._kubeconfig is None or not self._kubeconfig.is_file():
            raise NotMeasured("no kubeconfig for the cluster")
        try:
            server = ApiServer(self._kubeconfig, self._context)
            found = {kind: _items(server, path, kind in INSTALLED) for kind, path in PATHS.items()}
            server.close()
        except (EnvironmentFailed, KeyError) as error:
            raise NotMeasured(f"the cluster does not answer: {error}") from error
        return json.dumps(found, sort_keys=True, ensure_ascii=False).encode()


def _items(server: ApiServer, path: str, installed: bool) -> list[dict[str, Any]]:
    """A collection; a cluster that does not know a kind that somebody has to install holds none of it."""
    try:
        return list(server.get(path)["items"])
    except Absent:
        if not installed:
            raise
        return []
