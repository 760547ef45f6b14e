"""Scaling by load: only where it is asked for and measured, and the number then belongs to the scaler.

JIYUE_GOLDEN=write writes the golden file anew; read the difference before committing it.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import metrics
from infra.live import Snapshot, path_of
from infra.objects.platform import PlatformObjects, Settings
from infra.objects.rbac import DUTIES
from inventory.errors import EnvironmentFailed
from inventory.model import FunctionSetting
from tests.infra.world import declare, measured, objects

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "stacks" / "search-2-to-6.yaml"
GROWING = Settings(functions={"search": FunctionSetting(replicas=2, max_replicas=6)})


def grown() -> PlatformObjects:
    """Changsha with a search that may grow, on a cluster that measures."""
    return objects("changsha", GROWING, measured())


def test_the_objects_of_a_growing_function() -> None:
    """Word for word: Deployment, Service, budget and scaler."""
    text = "---\n".join(
        yaml.safe_dump(item.document(), allow_unicode=True, sort_keys=True) for item in grown().functions["search"]
    )
    if os.environ.get("JIYUE_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("setting", "serves", "kinds"),
    [
        (FunctionSetting(replicas=2, max_replicas=6), False, ["Deployment", "Service", "PodDisruptionBudget"]),
        (FunctionSetting(replicas=2), True, ["Deployment", "Service", "PodDisruptionBudget"]),
        (FunctionSetting(replicas=2, max_replicas=2), True, ["Deployment", "Service", "PodDisruptionBudget"]),
        (FunctionSetting(max_replicas=3), True, ["Deployment", "Service", "HorizontalPodAutoscaler"]),
        (FunctionSetting(enabled=False, max_replicas=3), True, ["Deployment", "Service"]),
    ],
    ids=["not measured", "not asked", "no room", "from one", "off"],
)
def test_a_scaler_only_where_it_is_asked_for_and_measured(
    setting: FunctionSetting, serves: bool, kinds: list[str]
) -> None:
    """Without one the number is the stack's own, and somebody else's number is drift."""
    made = objects("changsha", Settings(functions={"search": setting}), measured() if serves else None)
    search = made.functions["search"]
    assert [item.kind for item in search] == kinds
    assert search[0].yields == (("spec.replicas",) if kinds[-1] == metrics.SCALER else ())


def test_the_quota_holds_what_the_scaler_may_start() -> None:
    """Twice of it, for a rolling update at full load."""

    def pods(made: PlatformObjects) -> int:
        return int(next(i for i in made.zones["app"] if i.kind == "ResourceQuota").body["spec"]["hard"]["pods"])

    assert pods(grown()) - pods(objects("changsha", GROWING)) == 8


def test_the_scalers_number_is_no_drift_and_everything_else_is() -> None:
    """The scaler writes through the controller manager; a stranger who writes the same field is named all the same."""
    made = grown()
    items: dict[str, list[dict[str, Any]]] = {}
    for one in made.all:
        listed = copy.deepcopy({"metadata": one.metadata(), **dict(one.body)})
        listed["metadata"]["managedFields"] = [{"manager": "jiyue-changsha", "fieldsV1": {"f:spec": {}}}]
        items.setdefault(path_of(one.api_version, one.kind), []).append(listed)

    class Memory:
        def get(self, path: str) -> Mapping[str, Any]:
            return {"items": items.get(path.partition("?")[0], [])}

    def told() -> tuple[str, ...]:
        return Snapshot(Memory(), {(one.api_version, one.kind) for one in made.all}).differences(made.all)

    deployments = items[path_of("apps/v1", "Deployment")]
    search = next(one for one in deployments if one["metadata"]["name"] == "search")
    owners = search["metadata"]["managedFields"]
    search["spec"]["replicas"] = 5
    owners.append({"manager": "kube-controller-manager", "subresource": "scale", "fieldsV1": {"f:spec": {}}})
    assert told() == ()
    owners.append({"manager": "kubectl", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}})
    assert told() == ("Deployment changsha-app/search: was changed by 'kubectl'",)
    owners.pop()
    search["spec"]["selector"]["matchLabels"]["jiyue/function"] = "chat"
    next(one for one in deployments if one["metadata"]["name"] == "publishing")["spec"]["replicas"] = 5
    assert len(told()) == 2


def test_the_engine_is_told_to_leave_the_number_alone() -> None:
    """It sets it once; after that the provider drops a field that another manager owns."""
    left = {item.name: item.yields for item in declare("changsha", grown()) if item.yields}
    assert left == {"changsha-app/deployment/search": ("spec.replicas",)}


def test_operations_tune_scalers_audit_reads_them_and_security_has_none() -> None:
    """The three duties know the kind."""
    verbs = {
        duty: {verb for rule in rules for verb in rule["verbs"] if rule["apiGroups"] == ["autoscaling"]}
        for duty, (_, rules) in DUTIES.items()
    }
    assert "patch" in verbs["operations"]
    assert verbs["audit"] == {"get", "list", "watch"}
    assert verbs["security"] == set()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"replicas": 3, "max_replicas": 2}, "3 to 2 replicas are no range"),
        ({"replicas": 0, "max_replicas": 2}, "0 to 2 replicas are no range"),
        ({"max_replicas": 21}, "less than or equal to 20"),
        ({"max_replicas": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_leave_no_room_are_refused(setting: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FunctionSetting.model_validate(setting)


class Metrics:
    """Answers as the aggregation layer does."""

    def __init__(self, answer: Mapping[str, Any] | int) -> None:
        self._answer = answer

    def get(self, path: str) -> Mapping[str, Any]:
        if isinstance(self._answer, int):
            raise EnvironmentFailed("kubeconfig (x)", f"{path} answers {self._answer}", "look")
        return self._answer


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"items": [{"metadata": {"name": "node-0"}}]}, ""),
        ({"items": []}, "/apis/metrics.k8s.io/v1beta1/nodes names no node"),
        ({}, "/apis/metrics.k8s.io/v1beta1/nodes names no node"),
        (404, "/apis/metrics.k8s.io/v1beta1/nodes answers 404"),
        (503, "/apis/metrics.k8s.io/v1beta1/nodes answers 503"),
    ],
    ids=["measures", "no node", "nothing", "not installed", "down"],
)
def test_metrics_answer_or_do_not(answer: Mapping[str, Any] | int, why: str) -> None:
    """A list that names no node is no measurement."""
    assert metrics.fault(Metrics(answer)) == why
