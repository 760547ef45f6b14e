"""The pod template that every workload shares: the restricted security profile, probes, spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.objects.meta import PLATFORM

CPU_REQUEST_MILLI = 20
MEMORY_REQUEST_MI = 32
CPU_LIMIT_MILLI = 500
MEMORY_LIMIT_MI = 256
USER = 10001


def mebibytes(count: int) -> str:
    """A Kubernetes quantity in the form that the API server keeps, so that nothing looks changed."""
    return f"{count // 1024}Gi" if count % 1024 == 0 else f"{count}Mi"


def millicores(count: int) -> str:
    """A CPU quantity in the form that the API server keeps."""
    return str(count // 1000) if count % 1000 == 0 else f"{count}m"


REQUESTS = {"cpu": millicores(CPU_REQUEST_MILLI), "memory": mebibytes(MEMORY_REQUEST_MI)}
LIMITS = {"cpu": millicores(CPU_LIMIT_MILLI), "memory": mebibytes(MEMORY_LIMIT_MI)}


@dataclass(frozen=True, slots=True)
class Port:
    """A listening port of a container."""

    name: str
    number: int


def template(
    name: str,
    image: str,
    ports: Sequence[Port],
    labels: Mapping[str, str],
    *,
    env: Mapping[str, str] | None = None,
    data_claim: str = "",
) -> dict[str, Any]:
    """A pod template; ports below 1024 are opened by the (safe) sysctl instead of a capability."""
    container: dict[str, Any] = {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "resources": {
            "requests": dict(REQUESTS),
            "limits": dict(LIMITS),
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    if ports:
        first = {"port": ports[0].name}
        container["ports"] = [{"name": port.name, "containerPort": port.number, "protocol": "TCP"} for port in ports]
        container["readinessProbe"] = {"tcpSocket": first, "periodSeconds": 5}
        container["livenessProbe"] = {"tcpSocket": dict(first), "periodSeconds": 20, "failureThreshold": 5}
    if env:
        container["env"] = [{"name": key, "value": env[key]} for key in sorted(env)]
    security: dict[str, Any] = {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if any(port.number < 1024 for port in ports):
        security["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    spec: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "securityContext": security,
        "containers": [container],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": dict(labels)},
            }
        ],
    }
    if platform := labels.get(PLATFORM):
        # A node that is kept for one platform is tainted with its name; without such nodes this means nothing.
        spec["tolerations"] = [{"key": PLATFORM, "operator": "Equal", "value": platform, "effect": "NoSchedule"}]
    if data_claim:
        container["volumeMounts"] = [{"name": "data", "mountPath": "/var/lib/data"}]
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": data_claim}}]
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def task(
    name: str, image: str, command: Sequence[str], labels: Mapping[str, str], mounts: Mapping[str, str]
) -> dict[str, Any]:
    """A pod template that runs once: no port, no probe; `mounts` are paths with the claims behind them."""
    made = template(name, image, (), labels)
    spec = made["spec"]
    del spec["topologySpreadConstraints"]
    volumes = {claim: claim.removeprefix("library-") if claim != "library" else "data" for claim in mounts.values()}
    container = spec["containers"][0]
    container["command"] = list(command)
    container["volumeMounts"] = [{"name": volumes[claim], "mountPath": path} for path, claim in mounts.items()]
    spec["volumes"] = [{"name": volumes[one], "persistentVolumeClaim": {"claimName": one}} for one in mounts.values()]
    spec["restartPolicy"] = "OnFailure"
    return made
