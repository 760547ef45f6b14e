"""Which pod speaks for a zone, and in which network namespace of its node; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ipv6.verify.subjects import Place

REAL = ("type", "real")
"""The label of the nodes whose pods run; those of a simulated node cannot be probed."""
SPACES = (
    'for ns in /run/netns/cni-*; do [ -e "$ns" ] || continue; '
    "echo \"${ns##*/} $(nsenter --net=\"$ns\" ip -4 -o addr show dev eth0 | tr -s ' ' | cut -d ' ' -f 4)\"; done"
)
"""Prints, for every pod of a node, its network namespace and its IPv4 address with length."""


def real_nodes(nodes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names of the nodes that run pods."""
    return tuple(sorted(one["metadata"]["name"] for one in nodes if one["metadata"]["labels"].get(REAL[0]) == REAL[1]))


def spaces(text: str) -> dict[str, str]:
    """IPv4 address of a pod to its network namespace, from what `SPACES` printed."""
    pairs = (line.split() for line in text.splitlines())
    return {words[1].split("/")[0]: words[0] for words in pairs if len(words) == 2}


def pod_places(
    pods: Iterable[Mapping[str, Any]], found: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, Place]]:
    """Platform to zone to the place of its first pod (by name) that is ready; `found` is node to its `spaces`."""
    places: dict[str, dict[str, Place]] = {}
    for pod in sorted(pods, key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"])):
        node, status = pod["spec"].get("nodeName", ""), pod.get("status", {})
        addresses = [one["ip"] for one in status.get("podIPs", ())]
        ready = {one["type"]: one["status"] for one in status.get("conditions", ())}.get("Ready") == "True"
        if node not in found or not ready or len(addresses) != 2 or pod["metadata"].get("deletionTimestamp"):
            continue
        platform, _, zone = pod["metadata"]["namespace"].partition("-")
        netns = found[node].get(addresses[0], "")
        if netns:
            place = Place(zone, (node, node), (addresses[0], addresses[1]), netns)
            places.setdefault(platform, {}).setdefault(zone, place)
    return places
