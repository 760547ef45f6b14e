"""Resources as the engine shows them to a policy pack, turned back into the values that the rules know. No SDK here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from infra.manifest import Manifest
from infra.policy.finding import Finding, Stack
from infra.policy.judge import judge
from inventory.model import Inventory

PREFIX = "kubernetes:"
_META = ("apiVersion", "kind", "metadata", "status")


class Resource(Protocol):
    """What a stack validation policy gets for each resource (pulumi_policy.PolicyResource)."""

    @property
    def resource_type(self) -> str: ...
    @property
    def props(self) -> Mapping[str, Any]: ...
    @property
    def opts(self) -> Any: ...


def manifests(resources: Iterable[Resource]) -> tuple[Manifest, ...]:
    """The Kubernetes objects among the resources; components and providers have none."""
    found = []
    for item in resources:
        if item.resource_type.startswith(PREFIX) and "metadata" in item.props:
            found.append(_manifest(item))
    return tuple(found)


def _manifest(item: Resource) -> Manifest:
    metadata = item.props["metadata"]
    version = item.resource_type.split(":")[1].removeprefix("core/")
    return Manifest(
        item.props.get("apiVersion", version),
        item.props.get("kind", item.resource_type.rpartition(":")[2]),
        metadata["name"],
        metadata.get("namespace", ""),
        metadata.get("labels") or {},
        metadata.get("annotations") or {},
        {key: value for key, value in item.props.items() if key not in _META},
        bool(getattr(item.opts, "protect", False)),
        tuple(getattr(item.opts, "ignore_changes", None) or ()),
    )


def findings(resources: Iterable[Resource], inventory: Inventory, today: date) -> tuple[Finding, ...]:
    """Every rule over the resources; the inventory gives zones, clauses and waivers."""
    zones = [zone.id for zone in inventory.matrix.zones]
    stack = Stack(manifests(resources), zones, {}, inventory.environment.kind == "lab")
    return judge(stack, inventory.clauses.by_id, inventory.waivers, today)
