"""The information library (信息资源库): one database pod, a headless dual-stack Service and storage that is kept."""

from __future__ import annotations

import json

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta, pods
from infra.objects.functions import Images
from infra.objects.meta import Scope
from infra.objects.services import dual_stack
from infra.objects.zones import LIBRARY_ZONE
from infra.values import StackValues

ZONE = LIBRARY_ZONE
NAME = "library"
PORT = 5432
SIZE = "20Gi"
BACKUP = "library-backup"


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
        volumeBindingMode="WaitForFirstConsumer",
    )
    persistent, claim = _volume(scope, volume, NAME), _claim(scope, NAME, volume)
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
    return (
        storage_class,
        persistent,
        claim,
        *_upkeep_storage(scope),
        peer_map,
        service,
        stateful,
        *_upkeep(scope, images),
    )


def _upkeep_storage(scope: Scope) -> tuple[Manifest, ...]:
    """Where backups go: a volume of its own, protected like the library's."""
    name = naming.backup_volume(scope.platform)
    return (_volume(scope, name, BACKUP), _claim(scope, BACKUP, name))


def _upkeep(scope: Scope, images: Images) -> tuple[Manifest, ...]:
    """The nightly backup, and the weekly drill that restores the latest one beside the library and compares it."""
    found = []
    for name, schedule, word in ((BACKUP, "20 2 * * *", "backup"), ("library-drill", "40 3 * * 0", "restore-drill")):
        labels = {"app.kubernetes.io/name": name, meta.PLATFORM: scope.platform}
        mounts = {"/var/lib/data": NAME, "/var/lib/backup": BACKUP}
        template = pods.task(name, images.of(NAME), ["library", word], labels, mounts)
        job = {"backoffLimit": 2, "ttlSecondsAfterFinished": 86400, "template": template}
        found.append(
            scope.make(
                "batch/v1",
                "CronJob",
                name,
                labels=labels,
                spec={
                    "schedule": schedule,
                    "concurrencyPolicy": "Forbid",
                    "successfulJobsHistoryLimit": 3,
                    "failedJobsHistoryLimit": 3,
                    "jobTemplate": {"spec": job},
                },
            )
        )
    return tuple(found)


def _volume(scope: Scope, name: str, folder: str) -> Manifest:
    affinity = {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}
    return scope.make(
        "v1",
        "PersistentVolume",
        name,
        protect=True,
        spec={
            "capacity": {"storage": SIZE},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": naming.volume(scope.platform),
            "local": {"path": f"/var/lib/jiyue/{scope.platform}/{folder}"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [affinity]}]}},
        },
    )


def _claim(scope: Scope, name: str, volume: str) -> Manifest:
    return scope.make(
        "v1",
        "PersistentVolumeClaim",
        name,
        protect=True,
        # The provider expects a claim of this binding mode to be pending; ours names its volume, is bound at once, and
        # was seen to be waited for until a timeout of ten minutes. The StatefulSet is waited for all the same.
        annotations=meta.SKIP_AWAIT,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": naming.volume(scope.platform),
            "volumeName": volume,
            "resources": {"requests": {"storage": SIZE}},
        },
    )
