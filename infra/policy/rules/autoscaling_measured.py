"""Scaling by load needs a cluster that measures it (advice: the function runs all the same, with a fixed number)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra.objects import meta
from infra.policy.finding import Stack, Told, rule


@rule(
    "autoscaling-measured",
    clause="8.1.4.9",
    fix="install a metrics server and name the cluster's context in `metrics` of the environment's file",
    level="advisory",
)
def autoscaling_measured(stack: Stack) -> Iterable[Told]:
    """A function whose setting leaves room to grow has a scaler; otherwise it stays at its least number."""
    scaled = {item.labels.get(meta.FUNCTION) for item in stack.of_kind("HorizontalPodAutoscaler")}
    wanted = stack.settings.get("functions")
    settings = wanted if isinstance(wanted, Mapping) else {}
    for item in stack.of_kind("Deployment"):
        function = item.labels.get(meta.FUNCTION)
        setting = settings.get(function)
        most = setting.get("max_replicas") if isinstance(setting, Mapping) else None
        least = item.body["spec"]["replicas"]
        if most and function not in scaled and 0 < least < most:
            yield Told(item.place, f"may grow to {most} replicas, but its cluster serves no metrics: it runs {least}")
