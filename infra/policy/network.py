"""The zone matrix as NetworkPolicies: default deny for both families, every address allow as an IPv4/IPv6 pair.

A NetworkPolicy knows TCP and UDP only; echo flows are left to the zone firewall and reported by `unexpressed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra.manifest import Manifest
from infra.objects import meta
from infra.objects.meta import Scope
from infra.values import AllowedFlow, Pair, StackValues
from inventory.errors import InputError

API = "networking.k8s.io/v1"
EXPRESSED = ("tcp", "udp")
INTERNET = "internet"
EXTRANET = "extranet"
ANY4, ANY6 = "0.0.0.0/0", "::/0"
EVERY_POD: dict[str, Any] = {"podSelector": {}}


def zone_policies(platform: str, zone: str, values: StackValues) -> tuple[Manifest, ...]:
    """The policies of one zone's namespace: default-deny, allow-dns, allow-ingress and allow-egress."""

    def policy(name: str, **spec: Any) -> Manifest:
        return Scope(platform, zone).make(API, "NetworkPolicy", name, spec={"podSelector": {}, **spec})

    return (
        policy("default-deny", policyTypes=["Ingress", "Egress"]),
        policy("allow-dns", policyTypes=["Egress"], egress=[dns_rule()]),
        policy("allow-ingress", policyTypes=["Ingress"], ingress=ingress_rules(platform, zone, values)),
        policy("allow-egress", policyTypes=["Egress"], egress=egress_rules(platform, zone, values)),
    )


def ingress_rules(platform: str, zone: str, values: StackValues) -> list[dict[str, Any]]:
    """What may come into a zone: its own members, then each allowed source with its ports."""
    flows = [flow for flow in values.flows if flow.target == zone]
    rules = [{"from": peers(platform, flow.source, values), "ports": ports(flow)} for flow in expressed(flows)]
    return [{"from": [EVERY_POD]}, *rules]


def egress_rules(platform: str, zone: str, values: StackValues) -> list[dict[str, Any]]:
    """What may leave a zone: to its own members, then to each allowed target with its ports."""
    flows = [flow for flow in values.flows if flow.source == zone]
    rules = [{"to": peers(platform, flow.target, values), "ports": ports(flow)} for flow in expressed(flows)]
    return [{"to": [EVERY_POD]}, *rules]


def dns_rule() -> dict[str, Any]:
    """Names are resolved by the cluster's own DNS, whichever family its address has."""
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    return {"to": [peer], "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def peers(platform: str, zone: str, values: StackValues) -> list[dict[str, Any]]:
    """The other end of a flow: pods of the zone and its hosts, the extranet, or everything that is not the extranet."""
    if zone == INTERNET:
        return [
            {"ipBlock": {"cidr": ANY4, "except": sorted(map(str, values.extranet.v4))}},
            {"ipBlock": {"cidr": ANY6, "except": sorted(map(str, values.extranet.v6))}},
        ]
    if zone == EXTRANET:
        return blocks(values.extranet)
    if zone not in values.prefixes:
        raise InputError(f"flow of {platform}", f"zone {zone!r} has no approved prefixes", "plan the zone first")
    selector = {"matchLabels": {meta.PLATFORM: platform, meta.ZONE: zone}}
    return [{"namespaceSelector": selector}, *blocks(values.prefixes[zone])]


def blocks(pair: Pair) -> list[dict[str, Any]]:
    """An address allow, always in both families."""
    return [{"ipBlock": {"cidr": str(prefix)}} for side in (pair.v4, pair.v6) for prefix in sorted(side)]


def ports(flow: AllowedFlow) -> list[dict[str, Any]]:
    """The ports of a flow; a flow of TCP or UDP without a port would allow them all and is refused."""
    if not flow.ports:
        raise InputError(f"flow {flow.source} -> {flow.target}", f"{flow.protocol} without a port", "name its ports")
    return [{"protocol": flow.protocol.upper(), "port": port} for port in sorted(flow.ports)]


def expressed(flows: Iterable[AllowedFlow]) -> list[AllowedFlow]:
    """Flows that a NetworkPolicy can say, in a stable order."""
    chosen = (flow for flow in flows if flow.protocol in EXPRESSED)
    return sorted(chosen, key=lambda flow: (flow.source, flow.target, flow.protocol, flow.ports))


def unexpressed(values: StackValues) -> tuple[str, ...]:
    """Flows that only the zone firewall can hold, as `source -> target protocol`."""
    left = {
        f"{flow.source} -> {flow.target} {flow.protocol}" for flow in values.flows if flow.protocol not in EXPRESSED
    }
    return tuple(sorted(left))
