"""Drifts of many kinds, each of one object, made through the API server as a stranger would make them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from infra.cluster import ApiServer
from infra.live import object_path
from infra.manifest import Manifest

Body = dict[str, Any]
STRANGER = "fieldManager=stranger"
DELETED = frozenset(
    {"ConfigMap", "CronJob", "Deployment", "LimitRange", "NetworkPolicy", "ResourceQuota", "RoleBinding"}
    | {"ClusterRole", "Service", "ServiceAccount"}
)


@dataclass(frozen=True)
class Drift:
    """One request, and the place that a report has to name for it."""

    kind: str
    place: str
    method: str
    path: str
    body: Body = field(default_factory=dict)


def spec(**fields: Any) -> Body:
    return {"spec": fields}


PATCHES: Mapping[str, Mapping[str, Callable[[Manifest], Body]]] = {
    "Namespace": {
        "weakened": lambda _: {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}},
        "unlabelled": lambda _: {"metadata": {"labels": {"jiyue/zone": None}}},
    },
    "NetworkPolicy": {
        "opened": lambda item: spec(**{_side(item): [{}]}),
        "for-one-pod": lambda _: spec(podSelector={"matchLabels": {"a": "b"}}),
    },
    "ResourceQuota": {"raised": lambda _: spec(hard={"pods": "999"})},
    "LimitRange": {"lifted": lambda _: spec(limits=[{"type": "Container"}])},
    "Service": {
        "other-pods": lambda _: spec(selector={"a": "b"}),
        "affinity": lambda _: spec(sessionAffinity="ClientIP"),
    },
    "Deployment": {
        "scaled": lambda item: spec(replicas=item.body["spec"]["replicas"] + 1),
        "paused": lambda _: spec(paused=True),
    },
    "StatefulSet": {"scaled": lambda _: spec(replicas=0)},
    "CronJob": {"suspended": lambda _: spec(suspend=True), "moved": lambda _: spec(schedule="0 0 1 1 *")},
    "ConfigMap": {
        "edited": lambda item: {"data": {min(item.body["data"]): "x"}},
        "added": lambda _: {"data": {"z": "x"}},
    },
    "ClusterRole": {"granted": lambda _: {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}},
    "RoleBinding": {
        "invited": lambda _: {"subjects": [{"kind": "User", "name": "x", "apiGroup": "rbac.authorization.k8s.io"}]}
    },
    "ServiceAccount": {"token": lambda _: {"automountServiceAccountToken": True}},
    "Gateway": {"other-class": lambda _: spec(gatewayClassName="other")},
    "HTTPRoute": {"other-name": lambda _: spec(hostnames=["other.example"])},
}
"""Kind -> word -> merge patch; each changes a value of ours, or sets one that we leave alone."""


def _side(item: Manifest) -> str:
    return "egress" if item.body["spec"]["policyTypes"] == ["Egress"] else "ingress"


def draw(manifests: Sequence[Manifest], count: int, seed: int) -> list[Drift]:
    """`count` drifts of distinct objects, every kind among them, by chance but the same for a seed."""
    chance = Random(seed)
    found = list(_foreign(manifests, count // 20 or 1, chance))
    objects = [item for item in manifests if item.kind in PATCHES]
    chance.shuffle(objects)
    for item in objects:
        if len(found) >= count:
            return found
        words = [*PATCHES[item.kind], *(["deleted"] if item.kind in DELETED else [])]
        word = chance.choice(words)
        path = object_path(item)
        if word == "deleted":
            found.append(Drift(f"{item.kind} {word}", item.place, "DELETE", path))
        else:
            found.append(Drift(f"{item.kind} {word}", item.place, "PATCH", path, PATCHES[item.kind][word](item)))
    raise SystemExit(f"only {len(found)} objects for {count} drifts")


def _foreign(manifests: Sequence[Manifest], count: int, chance: Random) -> Iterable[Drift]:
    spaces = [item for item in manifests if item.kind == "Namespace"]
    for number, item in enumerate(chance.sample(spaces, min(count, len(spaces)))):
        if number % 3:
            path = f"/apis/networking.k8s.io/v1/namespaces/{item.name}/networkpolicies"
            body: Body = {"metadata": {"name": "open"}, "spec": {"podSelector": {}, "ingress": [{}]}}
            yield Drift("foreign policy", f"NetworkPolicy {item.name}/open", "POST", path, body)
        else:
            name = f"guest-{item.name}"
            body = {"metadata": {"name": name, "labels": dict(item.labels)}}
            yield Drift("foreign namespace", f"Namespace {name}", "POST", "/api/v1/namespaces", body)


def inject(server: ApiServer, drifts: Sequence[Drift]) -> None:
    """Make them all; a request that is refused is an error of the benchmark."""
    asyncio.run(_inject(server, drifts))


async def _inject(server: ApiServer, drifts: Sequence[Drift]) -> None:
    connector = aiohttp.TCPConnector(limit=16, ssl=server.tls)
    async with aiohttp.ClientSession(server.url, connector=connector) as session:

        async def one(drift: Drift) -> None:
            kind = "application/merge-patch+json" if drift.method == "PATCH" else "application/json"
            data = json.dumps(drift.body) if drift.body else None
            url = f"{drift.path}?{STRANGER}" if drift.body else drift.path
            async with session.request(drift.method, url, data=data, headers={"Content-Type": kind}) as answer:
                if answer.status not in (200, 201, 202):
                    raise SystemExit(f"{drift.kind} {drift.place}: {(await answer.text())[:300]}")

        await asyncio.gather(*(one(drift) for drift in drifts))
