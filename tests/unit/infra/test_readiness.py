"""A stack is up when its workloads run, not when they were accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import pytest

from infra.readiness import unready
from tests.infra.world import PLATFORMS, objects

RUNS = {"observedGeneration": 3, "updatedReplicas": 2, "readyReplicas": 2, "replicas": 2}


def workload(platform: str = "changsha", replicas: int = 2, **status: Any) -> dict[str, Any]:
    """A Deployment as the cluster lists it."""
    metadata = {
        "name": "search",
        "namespace": f"{platform}-app",
        "generation": 3,
        "labels": {"jiyue/platform": platform},
    }
    return {"metadata": metadata, "spec": {"replicas": replicas}, "status": {**RUNS, **status}}


class Listed:
    """A cluster that lists these Deployments and no StatefulSet."""

    def __init__(self, *items: Mapping[str, Any]) -> None:
        self.items, self.asked = items, [""]

    def get(self, path: str) -> Mapping[str, Any]:
        self.asked.append(unquote_plus(path))
        return {"items": self.items if "deployments" in path else ()}


def test_all_replicas_run() -> None:
    """One LIST per kind, of the named platforms only."""
    cluster = Listed(workload(), workload("yiyang"))
    assert unready(cluster, ["yiyang", "changsha"]) == {}
    assert len(cluster.asked) == 3
    assert all("jiyue/platform in (changsha,yiyang),app.kubernetes.io/managed-by=jiyue" in one
               for one in cluster.asked[1:])  # fmt: skip


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"readyReplicas": 1}, "1 of 2 replicas are ready"),
        ({"readyReplicas": 0, "updatedReplicas": 0}, "0 of 2 replicas are ready"),
        ({"updatedReplicas": 1}, "1 of 2 replicas are ready"),
        ({"observedGeneration": 2}, "2 of 2 replicas are ready"),
        (
            {
                "readyReplicas": 0,
                "conditions": [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: quota"}],
            },
            "0 of 2 replicas are ready (exceeded quota: quota)",
        ),
    ],
    ids=["one", "none", "old ones", "not seen yet", "quota"],
)
def test_what_is_late_is_named(status: dict[str, Any], said: str) -> None:
    """With the place, the count and what its controller says."""
    found = unready(Listed(workload(**status), workload("yiyang")), ["changsha", "yiyang"])
    assert found == {"changsha": (f"Deployment changsha-app/search: {said}",)}


def test_a_function_that_is_switched_off_is_ready() -> None:
    """No replica is wanted; its status has no counts at all."""
    item = workload(replicas=0)
    item["status"] = {"observedGeneration": 3}
    assert unready(Listed(item), ["changsha"]) == {}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_workload_is_waited_for_here_and_not_by_the_engine(platform: str) -> None:
    """What the engine does not wait for carries the labels by which it is found."""
    for item in objects(platform).all:
        running = item.kind in ("Deployment", "StatefulSet", "DaemonSet", "Service")
        assert not running or item.annotations["pulumi.com/skipAwait"] == "true", item.place
        if running:
            assert item.labels["jiyue/platform"] == platform
            assert item.labels["app.kubernetes.io/managed-by"] == "jiyue"
