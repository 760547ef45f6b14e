"""The live comparison finds every change that matters and none that the server makes itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra.live import Absent, Snapshot, path_of
from infra.manifest import Manifest
from inventory.errors import EnvironmentFailed
from tests.infra.world import objects

WANTED = objects("changsha").all
KINDS = {(item.api_version, item.kind) for item in WANTED}
Items = dict[str, list[dict[str, Any]]]


class FakeCluster:
    """Answers LIST from memory, as the server does: no kind in the items, defaults and owners added."""

    def __init__(self, items: Items) -> None:
        self.items = items

    def get(self, path: str) -> Mapping[str, Any]:
        """One collection."""
        return {"items": self.items.get(path.partition("?")[0], [])}


def served(manifest: Manifest) -> dict[str, Any]:
    """An object as the server would list it."""
    item = copy.deepcopy({"metadata": manifest.metadata(), **dict(manifest.body)})
    item["metadata"]["uid"] = "1"
    item["metadata"]["managedFields"] = [
        {"manager": "jiyue-changsha", "operation": "Apply", "fieldsV1": {"f:spec": {}}},
        {"manager": "kube-controller-manager", "subresource": "status", "fieldsV1": {"f:status": {}}},
    ]
    if "spec" in item:
        item["spec"]["addedByTheServer"] = {"default": True}
    item["status"] = {"observedGeneration": 1}
    return item


def cluster() -> FakeCluster:
    """Everything as it should be."""
    items: Items = {}
    for manifest in WANTED:
        items.setdefault(path_of(manifest.api_version, manifest.kind), []).append(served(manifest))
    return FakeCluster(items)


def differences(fake: FakeCluster) -> tuple[str, ...]:
    """What the comparison says."""
    return Snapshot(fake, KINDS).differences(WANTED)


def test_agreement() -> None:
    """Server defaults, identity and status are no drift."""
    assert differences(cluster()) == ()


def drop(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """Delete it."""
    items.remove(item)


def scale(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """A field of ours with another value."""
    item["spec"]["replicas"] = 7


def prefer(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """Dual stack weakened."""
    item["spec"]["ipFamilyPolicy"] = "PreferDualStack"


def extend(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """One more allowed source."""
    item["spec"]["ingress"].append({"from": [{"ipBlock": {"cidr": "::/0"}}]})


def unlabel(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """A label that policies select by."""
    del item["metadata"]["labels"]["jiyue/zone"]


def touch(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """A field that we do not set, written by somebody else."""
    item["metadata"]["managedFields"].append({"manager": "kubectl-edit", "fieldsV1": {"f:spec": {"f:paused": {}}}})


def foreign(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """A further policy in the same namespace."""
    items.append({"metadata": {"name": "open", "namespace": item["metadata"]["namespace"]}, "spec": {}})


def wear(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """A foreign namespace with a zone's labels, which the zone's own policies would let in."""
    items.append({"metadata": {"name": "guest", "labels": dict(item["metadata"]["labels"])}})


def outlive(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """An object of an earlier version that no state remembers."""
    items.append({"metadata": {**copy.deepcopy(item["metadata"]), "name": "chat"}, "spec": {}})


def reroute(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """Another service answers for the site."""
    item["spec"]["rules"][0]["backendRefs"][0]["name"] = "other"


def unlisted(item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """One family less at the entry."""
    del item["spec"]["addresses"][1]


DRIFTS: dict[str, tuple[str, str, Callable[[dict[str, Any], list[dict[str, Any]]], None], str]] = {
    "deleted": ("Service", "search", drop, "Service changsha-app/search: is missing"),
    "scaled": ("Deployment", "search", scale, "spec.replicas is 7 instead of 1"),
    "family": ("Service", "search", prefer, 'ipFamilyPolicy is "PreferDualStack" instead of "RequireDualStack"'),
    "opened": ("NetworkPolicy", "allow-ingress", extend, "entries instead of"),
    "rerouted": ("HTTPRoute", "www-changsha-gov-cn", reroute, 'backendRefs[0].name is "other" instead of "edge"'),
    "one family": ("Gateway", "edge", unlisted, "spec.addresses has 1 entries instead of 2"),
    "label": ("Namespace", "changsha-dmz", unlabel, "metadata.labels.jiyue/zone is gone"),
    "edited": ("Deployment", "search", touch, "was changed by 'kubectl-edit'"),
    "worn": ("Namespace", "changsha-dmz", wear, "Namespace guest: carries the platform's labels"),
    "outlived": ("Service", "search", outlive, "Service changsha-app/chat: carries the platform's labels"),
    "added": ("NetworkPolicy", "allow-ingress", foreign, "open: is not part of the stack"),
}


@pytest.mark.parametrize("case", DRIFTS)
def test_drift(case: str) -> None:
    """Each change is found, and nothing else is reported."""
    kind, name, change, words = DRIFTS[case]
    fake = cluster()
    items = fake.items[path_of(next(version for version, known in KINDS if known == kind), kind)]
    change(next(item for item in items if item["metadata"]["name"] == name), items)
    found = differences(fake)
    assert len(found) == 1
    assert words in found[0]


def test_pages_are_read_to_the_end() -> None:
    """A collection that comes in pieces is the same collection."""

    class Paged(FakeCluster):
        def get(self, path: str) -> Mapping[str, Any]:
            items = list(super().get(path)["items"])
            start = int(path.partition("continue=")[2] or 0)
            more = {"continue": str(start + 10)} if len(items) > start + 10 else {}
            return {"items": items[start : start + 10], "metadata": more}

    assert differences(Paged(cluster().items)) == ()


def test_what_nobody_of_ours_wrote_is_strange() -> None:
    """An object under our name made by another writer is told apart from one that others only changed."""
    fake = cluster()
    items = fake.items[path_of("v1", "Service")]
    mine = next(item for item in items if item["metadata"]["name"] == "search")
    mine["metadata"]["managedFields"][0]["manager"] = "kubectl-create"
    assert [item.place for item in Snapshot(fake, KINDS).strange(WANTED)] == ["Service changsha-app/search"]


@pytest.mark.parametrize("lacking", ["gateways", "httproutes"])
def test_a_cluster_without_the_gateway_api_is_missing_it(lacking: str) -> None:
    """Drift, with its reason, and no failure."""
    unknown = f"/apis/gateway.networking.k8s.io/v1/{lacking}"

    class Without(FakeCluster):
        def get(self, path: str) -> Mapping[str, Any]:
            if path.startswith(unknown):
                raise Absent("kubeconfig (x)", f"{path} answers 404", "look")
            return super().get(path)

    found = differences(Without(cluster().items))
    kind = {"gateways": "Gateway", "httproutes": "HTTPRoute"}[lacking]
    wanted = [item for item in WANTED if item.kind == kind]
    assert found == tuple(
        f"{item.place}: is missing, and the cluster does not serve gateway.networking.k8s.io/v1" for item in wanted
    )


def test_a_kind_of_kubernetes_itself_that_is_not_served_is_a_failure() -> None:
    """An older cluster: not one of its objects could be compared."""

    class Old(FakeCluster):
        def get(self, path: str) -> Mapping[str, Any]:
            if "servicecidrs" in path:
                raise Absent("kubeconfig (x)", f"{path} answers 404", "look")
            return super().get(path)

    with pytest.raises(EnvironmentFailed, match="servicecidrs"):
        differences(Old(cluster().items))
