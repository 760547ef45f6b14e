"""A manifest as a Pulumi resource: one table from kind to class, one place where options are set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, meta, networking, policy, rbac, storage

from infra.components import naming
from infra.manifest import Manifest

CLASSES: dict[tuple[str, str], type[pulumi.CustomResource]] = {
    ("v1", "Namespace"): core.v1.Namespace,
    ("v1", "ResourceQuota"): core.v1.ResourceQuota,
    ("v1", "LimitRange"): core.v1.LimitRange,
    ("v1", "Service"): core.v1.Service,
    ("v1", "ServiceAccount"): core.v1.ServiceAccount,
    ("v1", "ConfigMap"): core.v1.ConfigMap,
    ("v1", "PersistentVolume"): core.v1.PersistentVolume,
    ("v1", "PersistentVolumeClaim"): core.v1.PersistentVolumeClaim,
    ("apps/v1", "Deployment"): apps.v1.Deployment,
    ("apps/v1", "StatefulSet"): apps.v1.StatefulSet,
    ("networking.k8s.io/v1", "NetworkPolicy"): networking.v1.NetworkPolicy,
    ("networking.k8s.io/v1", "Ingress"): networking.v1.Ingress,
    ("networking.k8s.io/v1", "ServiceCIDR"): networking.v1.ServiceCIDR,
    ("policy/v1", "PodDisruptionBudget"): policy.v1.PodDisruptionBudget,
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): rbac.v1.ClusterRole,
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): rbac.v1.RoleBinding,
    ("storage.k8s.io/v1", "StorageClass"): storage.v1.StorageClass,
}

METADATA = meta.v1.ObjectMetaArgs
"""The SDK loads its parts at first use, and threads that race for one see half of it. The table above has loaded all
that the stacks need, except the part that the types of `metadata` come from; this name does."""

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


def create(
    manifest: Manifest, parent: pulumi.Resource, depends_on: Sequence[pulumi.Resource] = ()
) -> pulumi.CustomResource:
    """The resource of a manifest, owned by the component `parent`."""
    found: Any = CLASSES[manifest.api_version, manifest.kind]
    words = {_HUMP.sub(r"_\1", key).lower(): value for key, value in manifest.body.items()}
    options = pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on), protect=manifest.protect or None)
    name = naming.resource(manifest.kind, manifest.namespace, manifest.name)
    resource: pulumi.CustomResource = found(name, metadata=manifest.metadata(), opts=options, **words)
    return resource


def create_all(
    manifests: Iterable[Manifest], parent: pulumi.Resource, depends_on: Sequence[pulumi.Resource] = ()
) -> tuple[pulumi.CustomResource, ...]:
    """`create` for each, in order."""
    return tuple(create(manifest, parent, depends_on) for manifest in manifests)
