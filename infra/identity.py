"""Which cluster a context really reaches: its UID, and the claims that platforms have laid to it.

A claim is a ConfigMap that each platform's stack keeps in its security zone. Platforms may share a cluster when the
environment gives them the same context; any other platform's claim means that the context points at a foreign one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from infra.live import Snapshot
from infra.objects import meta
from inventory.errors import EnvironmentFailed, GateError

HOME = ("Namespace", "", "kube-system")
"""Made with the cluster, never again: its UID is the cluster's."""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One platform's claim, as the cluster holds it."""

    province: str
    environment: str
    platform: str


def cluster_uid(live: Snapshot, place: str) -> str:
    """The UID of the cluster; EnvironmentFailed when it has no kube-system namespace."""
    found = live.item(HOME)
    if found is None:
        raise EnvironmentFailed(place, "the cluster has no kube-system namespace", "check the context")
    return str(found["metadata"]["uid"])


def claims(live: Snapshot) -> tuple[Claim, ...]:
    """All claims of the cluster, sorted; one without readable data counts as that of nobody we know."""
    found = set()
    for item in live.of_kind("ConfigMap"):
        if meta.CLAIM in (item["metadata"].get("labels") or {}):
            data = item.get("data") or {}
            found.add(Claim(*(str(data.get(key, "?")) for key in ("province", "environment", "platform"))))
    return tuple(sorted(found))


def check(mine: Claim, sharing: Collection[str], found: Iterable[Claim], uid: str, known: str, place: str) -> None:
    """GateError unless the cluster is `mine`'s own; `known` is the UID of its last `up` ("" before the first).

    `sharing` are the platforms that the environment places on the same context, `mine` among them.
    """
    if known and known != uid:
        cause = f"the context reaches another cluster (UID {uid}) than its last up ({known})"
        raise GateError(place, cause, f"correct the context; if it was replaced, run: jiyue stack bind {mine.platform}")
    for claim in found:
        here = (claim.province, claim.environment) == (mine.province, mine.environment)
        if not here or claim.platform not in sharing:
            cause = f"the cluster is claimed by {claim.platform} ({claim.province}, {claim.environment})"
            raise GateError(place, cause, "point the context at the platform's own cluster")
