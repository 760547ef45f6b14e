"""The few calls to the Kubernetes API that the lab itself makes: readiness, nodes, service ranges."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any

from .spec import NodeSpec, ServiceCidrSpec

KWOK = ("kwok.x-k8s.io/node", "fake")
"""The annotation of the nodes that KWOK plays."""

DEDICATED = "jiyue/platform"
"""The taint of a node that only one platform's pods may use."""


class KubeApi:
    """A client of 127.0.0.1:`port` with the administrator's certificate; never follows a proxy."""

    def __init__(self, port: int, pki: Path) -> None:
        self._port = port
        self._context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self._context.load_cert_chain(str(pki / "admin.crt"), str(pki / "admin.key"))

    def call(self, method: str, path: str, body: dict[str, Any] | str | None = None) -> tuple[int, str]:
        """One request, a `body` of text being YAML; (status, text). OSError or HTTPException when nobody answers."""
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=5, context=self._context)
        try:
            data = json.dumps(body).encode() if isinstance(body, dict) else body and body.encode()
            kind = "application/yaml" if isinstance(body, str) else "application/json"
            connection.request(method, path, data, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def ready(self) -> bool:
        """True when /readyz says so."""
        try:
            return self.call("GET", "/readyz")[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def create(self, path: str, body: dict[str, Any] | str) -> str:
        """Create one object (text: YAML); one that exists is fine. The server's reason, empty when all is well."""
        status, text = self.call("POST", path, body)
        if status in (http.client.OK, http.client.CREATED, http.client.CONFLICT):
            return ""
        return f"HTTP {status}: {text[:300]}"

    def ready_nodes(self) -> int:
        """How many nodes have the condition Ready and no taint that keeps every pod away."""
        status, text = self.call("GET", "/api/v1/nodes")
        if status != http.client.OK:
            return 0
        nodes = json.loads(text)["items"]
        free = (node["status"].get("conditions") or [] for node in nodes if not _kept_away(node))
        return sum(any(c["type"] == "Ready" and c["status"] == "True" for c in each) for each in free)

    def has_accounts(self) -> bool:
        """True once the controller manager has made the default service account, so its controllers run."""
        return self.call("GET", "/api/v1/namespaces/default/serviceaccounts/default")[0] == http.client.OK


def node_object(node: NodeSpec) -> dict[str, Any]:
    """The Node for `node`; KWOK, or its kubelet, takes it from there."""
    labels = {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "type": "real" if node.real else "kwok",
        **dict(node.labels),
    }
    taints = [{"key": DEDICATED, "value": node.dedicated, "effect": "NoSchedule"}] if node.dedicated else []
    addresses = [{"type": "InternalIP", "address": address} for address in node.addresses]
    resources = {"cpu": "64", "memory": "256Gi", "pods": "5000"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name, "labels": labels, "annotations": {} if node.real else dict([KWOK])},
        "spec": {"podCIDR": node.pod_cidrs[0], "podCIDRs": list(node.pod_cidrs), "taints": taints},
        "status": {
            "addresses": [*addresses, {"type": "Hostname", "address": node.name}],
            "allocatable": resources,
            "capacity": resources,
        },
    }


def _kept_away(node: dict[str, Any]) -> bool:
    return any(taint["key"] != DEDICATED for taint in node["spec"].get("taints") or [])


def service_cidr_object(cidr: ServiceCidrSpec) -> dict[str, Any]:
    """A ServiceCIDR for `cidr`."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "ServiceCIDR",
        "metadata": {"name": cidr.name},
        "spec": {"cidrs": list(cidr.cidrs)},
    }
