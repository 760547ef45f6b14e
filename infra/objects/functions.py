"""One of the 16 functions as a Deployment, a dual-stack Service and, with several replicas, a disruption budget."""

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

ENTRY_SOURCES = ("dmz", "extranet")
"""A function is entered from these zones; what operations may reach (SSH) is not a function's port."""


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


def function_objects(
    platform: str, function: Function, setting: FunctionSetting, images: Images, values: StackValues
) -> tuple[Manifest, ...]:
    """The objects of a function; a switched-off function keeps its Service address but runs no pod."""
    scope = Scope(platform, function.zone)
    replicas = setting.replicas if setting.enabled else 0
    labels = {meta.FUNCTION: function.id}
    selector = {**labels, meta.PLATFORM: platform}
    port = pods.Port("main", listening_port(function, values))
    deployment = scope.make(
        "apps/v1",
        "Deployment",
        function.id,
        labels=labels,
        annotations={"jiyue/title": function.title, "jiyue/clause": function.clause},
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
    if replicas < 2:
        return deployment, service
    budget = {"minAvailable": 1, "selector": {"matchLabels": selector}}
    return deployment, service, scope.make("policy/v1", "PodDisruptionBudget", function.id, labels=labels, spec=budget)


def _entries(function: Function, port: pods.Port) -> list[dict[str, object]]:
    """Ports of the Service; a provincial function is also entered on the port that the zone matrix lets cities use."""
    entries: list[dict[str, object]] = [
        {"name": "main", "port": function.port, "targetPort": "main", "protocol": "TCP"}
    ]
    if function.scope == "province" and port.number != function.port:
        entries.append({"name": "exchange", "port": port.number, "targetPort": "main", "protocol": "TCP"})
    return entries
