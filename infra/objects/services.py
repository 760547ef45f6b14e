"""Dual-stack Services with fixed addresses, and the platform's own service range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.components import naming
from infra.manifest import Manifest
from infra.objects.meta import Scope
from infra.values import StackValues

FAMILIES = ["IPv4", "IPv6"]


def service_cidr(platform: str, values: StackValues) -> Manifest:
    """The ServiceCIDR (networking.k8s.io/v1, Kubernetes 1.33 or newer) of the approved service ranges.

    The annotation makes the engine wait until the range is in use; a Service asking for one of its addresses earlier
    would be refused.
    """
    return Scope(platform).make(
        "networking.k8s.io/v1",
        "ServiceCIDR",
        naming.service_cidr(platform),
        annotations={"pulumi.com/waitFor": "condition=Ready"},
        spec={"cidrs": [str(values.services4), str(values.services6)]},
    )


def dual_stack(
    scope: Scope,
    name: str,
    selector: Mapping[str, str],
    ports: Sequence[Mapping[str, Any]],
    addresses: Sequence[str],
    labels: Mapping[str, str] | None = None,
    entered: Sequence[str] = (),
) -> Manifest:
    """A Service in both families or not at all; without `addresses` it is headless.

    It also answers at the addresses in `entered`, where who asks stays known, so that policies judge the real source.
    """
    fixed = list(addresses) or ["None"]
    outside = {"externalIPs": list(entered), "externalTrafficPolicy": "Local"} if entered else {}
    return scope.make(
        "v1",
        "Service",
        name,
        labels=labels,
        spec={
            "type": "ClusterIP",
            "ipFamilyPolicy": "RequireDualStack",
            "ipFamilies": FAMILIES,
            "clusterIP": fixed[0],
            "clusterIPs": fixed,
            "selector": dict(selector),
            "ports": [dict(port) for port in ports],
            **outside,
        },
    )


def fixed_addresses(values: StackValues, number: int) -> tuple[str, str]:
    """Both addresses of service `number` as canonical text."""
    four, six = naming.service_addresses(values.services4, values.services6, number)
    return str(four), str(six)
