"""A scaler moves a workload of its own stack, and its zone's quota holds all that it may start."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule


@rule("autoscalers-bounded", clause="8.1.4.9", fix="let max_replicas of the function's setting make scaler and quota")
def autoscalers_bounded(stack: Stack) -> Iterable[Told]:
    """Under load a quota that is too small stops it in silence; two owners of a number would undo each other."""
    targets = {item.key: item for item in stack.of_kind("Deployment")}
    held = {item.namespace: int(item.body["spec"]["hard"]["pods"]) for item in stack.of_kind("ResourceQuota")}
    for item in stack.of_kind("HorizontalPodAutoscaler"):
        spec = item.body["spec"]
        reference, most = spec["scaleTargetRef"], spec["maxReplicas"]
        target = targets.get((reference["kind"], item.namespace, reference["name"]))
        if target is None:
            yield Told(item.place, f"scales {reference['kind']} {reference['name']}, which is not part of the stack")
        elif "spec.replicas" not in target.yields:
            yield Told(item.place, f"scales {target.place}, whose number of replicas the stack sets itself")
        if most > held.get(item.namespace, most):
            yield Told(item.place, f"may run {most} pods, but the quota of its namespace holds {held[item.namespace]}")
