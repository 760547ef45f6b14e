"""A stand-in for a metrics server: its API, kept by the API server itself, with values that a test writes.

Who asks (the fleet, the real autoscaler of the controller manager) cannot tell the difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

GROUP = "metrics.k8s.io"
BASE = f"/apis/{GROUP}/v1beta1"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

Call = Callable[[str, str, Mapping[str, Any] | None], tuple[int, Any]]
"""`call(method, path, body) -> (status, answer)` as the cluster's administrator."""


def install(call: Call, node: str) -> None:
    """Serve the API, with one measured node."""
    for kind, plural, scope in (("NodeMetrics", "nodes", "Cluster"), ("PodMetrics", "pods", "Namespaced")):
        status, answer = call("POST", CRDS, definition(kind, plural, scope))
        assert status == 201, answer
    until(lambda: call("GET", f"{BASE}/nodes", None)[0] == 200 and call("GET", f"{BASE}/pods", None)[0] == 200)
    body = {**head("NodeMetrics", {"name": node}), **now(), "usage": {"cpu": "100m", "memory": "1Gi"}}
    status, answer = call("POST", f"{BASE}/nodes", body)
    assert status == 201, answer


def definition(kind: str, plural: str, scope: str) -> dict[str, Any]:
    """One kind of the API with whatever fields."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    return {
        "metadata": {
            "name": f"{plural}.{GROUP}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, a stand-in of the tests"},
        },
        "spec": {"group": GROUP, "scope": scope, "names": names, "versions": [version]},
    }


def load(call: Call, pod: Mapping[str, Any], milli: int) -> None:
    """Say that every container of a pod uses that much processor time."""
    metadata = pod["metadata"]
    about = {key: metadata[key] for key in ("name", "namespace", "labels")}
    used = {"cpu": f"{milli}m", "memory": "64Mi"}
    containers = [{"name": one["name"], "usage": used} for one in pod["spec"]["containers"]]
    body = {**head("PodMetrics", about), **now(), "containers": containers}
    status, answer = call("POST", f"{BASE}/namespaces/{metadata['namespace']}/pods", body)
    assert status == 201, answer


def head(kind: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/v1beta1", "kind": kind, "metadata": dict(metadata)}


def now() -> dict[str, str]:
    """Measured in the next minute: newer than whatever became ready meanwhile."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    return {"timestamp": stamp, "window": "1s"}


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.3)
