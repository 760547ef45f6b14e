"""Three separated duties (GB/T 22239-2019 8.1.4, 8.1.5): operations, audit, security; nobody has two.

Each duty is one ClusterRole that is only ever bound inside the platform's own namespaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.components import naming
from infra.manifest import Manifest
from infra.objects.meta import Scope

READ = ["get", "list", "watch"]
WRITE = ["create", "delete", "patch", "update"]
GROUP = "rbac.authorization.k8s.io"

_CORE = ["configmaps", "endpoints", "events", "limitranges", "persistentvolumeclaims", "pods", "pods/log"]
_CORE += ["resourcequotas", "serviceaccounts", "services"]
_WORKLOADS = ["daemonsets", "deployments", "replicasets", "statefulsets"]


def _rule(group: str, resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


DUTIES: Mapping[str, tuple[str, list[dict[str, Any]]]] = {
    "operations": (
        "ops",
        [
            _rule("apps", ["deployments", "statefulsets"], READ + WRITE),
            _rule("apps", ["daemonsets", "replicasets"], READ),
            _rule("", ["configmaps", "services"], READ + WRITE),
            _rule("", ["pods"], [*READ, "delete"]),
            _rule("", ["pods/log", "events", "endpoints", "persistentvolumeclaims"], READ),
            _rule("batch", ["cronjobs", "jobs"], READ + WRITE),
            _rule("policy", ["poddisruptionbudgets"], READ + WRITE),
            _rule("autoscaling", ["horizontalpodautoscalers"], READ + WRITE),
            # Where a platform is entered comes from the plan: routes are theirs, Gateways are only read.
            _rule("gateway.networking.k8s.io", ["httproutes"], READ + WRITE),
            _rule("gateway.networking.k8s.io", ["gateways"], READ),
        ],
    ),
    "audit": (
        "security",
        [
            _rule("", _CORE, READ),
            _rule("apps", _WORKLOADS, READ),
            _rule("batch", ["cronjobs", "jobs"], READ),
            _rule("networking.k8s.io", ["networkpolicies"], READ),
            _rule("gateway.networking.k8s.io", ["gateways", "httproutes"], READ),
            _rule("policy", ["poddisruptionbudgets"], READ),
            _rule("autoscaling", ["horizontalpodautoscalers"], READ),
            _rule(GROUP, ["rolebindings", "roles"], READ),
            _rule("discovery.k8s.io", ["endpointslices"], READ),
        ],
    ),
    "security": (
        "security",
        [
            _rule("networking.k8s.io", ["networkpolicies"], READ + WRITE),
            _rule("", ["events", "pods", "services"], READ),
            _rule("apps", _WORKLOADS, READ),
        ],
    ),
}
"""Duty -> (home zone of its account, rules). Secrets are in none of them, and no rule uses a wildcard."""


def rbac_objects(platform: str, zones: Iterable[str]) -> tuple[Manifest, ...]:
    """ClusterRoles, accounts, and one binding per duty and zone."""
    found = []
    for duty, (home, rules) in DUTIES.items():
        role = naming.cluster_role(platform, duty)
        scope = Scope(platform, home)
        subject = {"kind": "ServiceAccount", "name": duty, "namespace": scope.namespace}
        found.append(Scope(platform).make(f"{GROUP}/v1", "ClusterRole", role, rules=rules))
        found.append(scope.make("v1", "ServiceAccount", duty, automountServiceAccountToken=False))
        for zone in zones:
            found.append(
                Scope(platform, zone).make(
                    f"{GROUP}/v1",
                    "RoleBinding",
                    duty,
                    roleRef={"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
                    subjects=[subject],
                )
            )
    return tuple(found)
