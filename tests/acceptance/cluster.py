"""The objects of a cluster over its own API, with the kubeconfig's client certificate; the standard library only."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from jiyue.probe.evidence import Evidence
from tests.acceptance.facts import NotMeasured

PLATFORM = "jiyue/platform"
PATHS = {
    "namespaces": "/api/v1/namespaces",
    "services": "/api/v1/services",
    "deployments": "/apis/apps/v1/deployments",
    "statefulsets": "/apis/apps/v1/statefulsets",
    "policies": "/apis/networking.k8s.io/v1/networkpolicies",
    "nodes": "/api/v1/nodes",
}


class Cluster:
    """Every object of every platform, read in a handful of requests at first use."""

    def __init__(self, kubeconfig: Path | None, evidence: Evidence) -> None:
        self._kubeconfig = kubeconfig
        self._evidence = evidence
        self.evidence = ""

    def of(self, kind: str, platform: str) -> list[dict[str, Any]]:
        """The objects of one kind that belong to a platform."""
        items = self._objects[kind]
        return [item for item in items if item["metadata"].get("labels", {}).get(PLATFORM) == platform]

    @property
    def simulated_nodes(self) -> list[str]:
        """Nodes that only say that pods run (KWOK)."""
        nodes = self._objects["nodes"]
        return [
            one["metadata"]["name"] for one in nodes if "kwok" in json.dumps(one["metadata"].get("annotations", {}))
        ]

    @cached_property
    def _objects(self) -> dict[str, list[dict[str, Any]]]:
        if self._kubeconfig is None or not self._kubeconfig.is_file():
            raise NotMeasured("no kubeconfig for the cluster")
        config = yaml.safe_load(self._kubeconfig.read_text(encoding="utf-8"))
        try:
            found = self._read(config)
        except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
            raise NotMeasured(f"the cluster does not answer: {type(error).__name__}: {error}") from error
        self.evidence = self._evidence.put(json.dumps(found, sort_keys=True, ensure_ascii=False).encode())
        return found

    def _read(self, config: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        server = urlsplit(cluster["server"])
        context = ssl.create_default_context(cadata=_decoded(cluster["certificate-authority-data"]))
        with tempfile.TemporaryDirectory(prefix="jiyue-") as folder:  # ssl reads client keys from files only, mode 0700
            pair = Path(folder) / "client.pem"
            pair.touch(mode=0o600)
            pair.write_text(_decoded(user["client-certificate-data"]) + _decoded(user["client-key-data"]))
            context.load_cert_chain(pair)
        connection = http.client.HTTPSConnection(str(server.hostname), server.port, context=context, timeout=20)
        try:
            return {kind: self._items(connection, path) for kind, path in PATHS.items()}
        finally:
            connection.close()

    def _items(self, connection: http.client.HTTPSConnection, path: str) -> list[dict[str, Any]]:
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"{path}: status {answer.status}, {len(body)} bytes")
        items: list[dict[str, Any]] = json.loads(body)["items"]
        return items


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
