"""The information library (信息资源库): one database pod, a headless dual-stack Service and storage that is kept."""

from __future__ import annotations

import json

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta, pods
from infra.objects.functions import Images
from infra.objects.meta import Scope
from infra.objects.services import dual_stack
from infra.values import StackValues

ZONE = "data"
NAME = "library"
PORT = 5432
SIZE = "20Gi"


def library_objects(platform: str, images: Images, values: StackValues) -> tuple[Manifest, ...]:
    """Storage (protected), the StatefulSet, its Service and the addresses of the other libraries.

    The volume is static and local to a node: no provisioner is assumed. The claim and the volume are never deleted
    with the stack, and the volume's own policy is Retain.
    """
    scope = Scope(platform, ZONE)
    labels = {"app.kubernetes.io/name": NAME, meta.PLATFORM: platform}
    volume = naming.volume(platform)
    storage_class = scope.make(
        "storage.k8s.io/v1",
        "StorageClass",
        volume,
        provisioner="kubernetes.io/no-provisioner",
        reclaimPolicy="Retain",
        volumeBindingMode="Immediate",
    )
    affinity = {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}
    persistent = scope.make(
        "v1",
        "PersistentVolume",
        volume,
        protect=True,
        spec={
            "capacity": {"storage": SIZE},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": volume,
            "local": {"path": f"/var/lib/jiyue/{platform}/{NAME}"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [affinity]}]}},
        },
    )
    claim = scope.make(
        "v1",
        "PersistentVolumeClaim",
        NAME,
        protect=True,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": volume,
            "volumeName": volume,
            "resources": {"requests": {"storage": SIZE}},
        },
    )
    peers = {
        name: {"v4": [str(item) for item in pair.v4], "v6": [str(item) for item in pair.v6]}
        for name, pair in sorted(values.library_peers.items())
    }
    peer_map = scope.make(
        "v1",
        "ConfigMap",
        "library-peers",
        data={"peers.json": json.dumps(peers, sort_keys=True)},
    )
    port = pods.Port("library", PORT)
    stateful = scope.make(
        "apps/v1",
        "StatefulSet",
        NAME,
        labels=labels,
        spec={
            "replicas": 1,
            "serviceName": NAME,
            "selector": {"matchLabels": labels},
            "template": pods.template(NAME, images.of(NAME), [port], labels, data_claim=NAME),
        },
    )
    service = dual_stack(
        scope,
        NAME,
        labels,
        [{"name": "library", "port": PORT, "targetPort": "library", "protocol": "TCP"}],
        (),
        labels,
    )
    return storage_class, persistent, claim, peer_map, service, stateful
