"""One of the 16 functions as a Deployment, a dual-stack Service and, where there is reason, a budget and a scaler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta, pods
from infra.objects.meta import Scope
from infra.objects.services import dual_stack, fixed_addresses
from infra.values import StackValues
from inventory.model import Function, FunctionSetting
from inventory.vocab import EXCHANGE_ZONE

ENTRY_SOURCES = ("dmz", "extranet")
"""A function is entered from these zones; what operations may reach (SSH) is not a function's port."""

BUSY_MILLI = pods.CPU_LIMIT_MILLI * 7 // 10
"""Processor time (thousandths of a core) that a pod may use on average before another one is started."""


@dataclass(frozen=True, slots=True)
class Images:
    """Where images come from: `<repository>/<name>:<tag>`, or pinned `…@sha256:…`; the stack's, not the plan's."""

    repository: str
    tag: str
    digests: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """The image of a workload."""
        digest = self.digests.get(name)
        return f"{self.repository}/{name}@{digest}" if digest else f"{self.repository}/{name}:{self.tag}"


def listening_port(function: Function, values: StackValues) -> int:
    """The port its pods listen on: what the zone matrix lets into the zone, else its own catalogue number."""
    allowed = {
        port
        for flow in values.flows
        if flow.target == function.zone and flow.source in ENTRY_SOURCES and flow.protocol == "tcp"
        for port in flow.ports
    }
    return min(allowed, default=function.port)


def most_replicas(setting: FunctionSetting, measured: bool) -> int:
    """How many pods of a function may ever run at once; `measured` says that its cluster serves metrics."""
    if not setting.enabled:
        return 0
    return setting.max_replicas if measured and setting.max_replicas is not None else setting.replicas


def function_objects(
    platform: str,
    function: Function,
    setting: FunctionSetting,
    images: Images,
    values: StackValues,
    measured: bool = False,
) -> tuple[Manifest, ...]:
    """The objects of a function; a switched-off function keeps its Service address but runs no pod.

    Where metrics are served (`measured`) and `max_replicas` leaves room, a HorizontalPodAutoscaler owns the number.
    """
    scope = Scope(platform, function.zone)
    replicas = setting.replicas if setting.enabled else 0
    most = most_replicas(setting, measured)
    labels = {meta.FUNCTION: function.id}
    selector = {**labels, meta.PLATFORM: platform}
    port = pods.Port("main", listening_port(function, values))
    deployment = scope.make(
        "apps/v1",
        "Deployment",
        function.id,
        labels=labels,
        annotations={"jiyue/title": function.title, "jiyue/clause": function.clause},
        yields=("spec.replicas",) if most > replicas else (),
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": selector},
            "template": pods.template(function.id, images.of(function.id), [port], selector),
        },
    )
    service = dual_stack(
        scope,
        function.id,
        selector,
        _entries(function, port),
        fixed_addresses(values, naming.function_number(function.port)),
        labels,
    )
    found = [deployment, service]
    if replicas >= 2:
        budget = {"minAvailable": 1, "selector": {"matchLabels": selector}}
        found.append(scope.make("policy/v1", "PodDisruptionBudget", function.id, labels=labels, spec=budget))
    if most > replicas:
        found.append(autoscaler(scope, function.id, replicas, most, labels))
    return tuple(found)


def autoscaler(scope: Scope, name: str, least: int, most: int, labels: Mapping[str, str]) -> Manifest:
    """Between `least` and `most` pods, so many that they use `BUSY_MILLI` of processor time each.

    An absolute target, not a share of the request: the request is what a pod needs when it is idle.
    """
    target = {"type": "AverageValue", "averageValue": pods.millicores(BUSY_MILLI)}
    return scope.make(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        name,
        labels=labels,
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    )


def _entries(function: Function, port: pods.Port) -> list[dict[str, object]]:
    """Ports of the Service; where the zone matrix lets others in on another port, it is entered on that one too."""
    entries: list[dict[str, object]] = [
        {"name": "main", "port": function.port, "targetPort": "main", "protocol": "TCP"}
    ]
    if function.zone == EXCHANGE_ZONE and port.number != function.port:
        entries.append({"name": EXCHANGE_ZONE, "port": port.number, "targetPort": "main", "protocol": "TCP"})
    return entries
