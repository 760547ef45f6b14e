"""A security zone as cluster objects: namespace, quota, limits and its network policies."""

from __future__ import annotations

from infra.manifest import Manifest
from infra.objects import meta, pods
from infra.objects.meta import Scope
from infra.policy.network import zone_policies
from infra.values import StackValues

POD_SECURITY = "restricted"
SPARE_PODS = 4
LIBRARY_ZONE = "data"
"""Its namespace holds the library's claim, so it outlives the stack as well."""


def zone_objects(
    platform: str, code: str, zone: str, title: str, workload_pods: int, values: StackValues
) -> tuple[Manifest, ...]:
    """The objects of a zone; the quota holds twice the wanted pods (a rolling update) and a few spare ones."""
    scope = Scope(platform, zone)
    levels = {f"pod-security.kubernetes.io/{mode}": POD_SECURITY for mode in ("enforce", "audit", "warn")}
    held = 2 * workload_pods + SPARE_PODS
    hard = {
        "pods": str(held),
        "limits.memory": pods.mebibytes(held * pods.MEMORY_LIMIT_MI),
        "requests.cpu": pods.millicores(held * pods.CPU_REQUEST_MILLI),
    }
    limit = {"type": "Container", "defaultRequest": dict(pods.REQUESTS), "default": dict(pods.LIMITS)}
    return (
        scope.make(
            "v1",
            "Namespace",
            scope.namespace,
            labels={meta.CODE: code, **levels},
            annotations={"jiyue/title": title},
            protect=zone == LIBRARY_ZONE,
        ),
        *zone_policies(platform, zone, values),
        scope.make("v1", "ResourceQuota", "quota", spec={"hard": hard}),
        scope.make("v1", "LimitRange", "limits", spec={"limits": [limit]}),
    )
