"""The platform's edge: a dual-stack entry in the DMZ, its Gateways and a route per hosted site, by one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import gateways, meta, pods
from infra.objects.functions import Images
from infra.objects.meta import Scope
from infra.objects.services import dual_stack, fixed_addresses
from infra.policy.network import API as POLICY_API
from infra.policy.network import blocks
from infra.values import Pair, SiteAddress, StackValues
from inventory.model import Site
from inventory.vocab import ENTRY_ZONE, SiteKind

ZONE = ENTRY_ZONE
NAME = "edge"
ORIGIN, SITES = "JIYUE_ORIGIN", "JIYUE_SITES"
"""Whom the edge hands connections to: for names that nobody listed, and by site."""
PORTS = (pods.Port("http", 80), pods.Port("https", 443))


def edge_objects(
    platform: str, sites: tuple[Site, ...], gateway_class: str, images: Images, values: StackValues
) -> tuple[Manifest, ...]:
    """Deployment and Service of the edge, then its Gateways and the routes by site name."""
    labels = {"app.kubernetes.io/name": NAME, meta.PLATFORM: platform}
    scope = Scope(platform, ZONE)
    env = _origins(sites, values)
    deployment = scope.make(
        "apps/v1",
        "Deployment",
        NAME,
        labels=labels,
        spec={
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": pods.template(NAME, images.of(NAME), PORTS, labels, env=env),
        },
    )
    ports = [{"name": port.name, "port": port.number, "targetPort": port.name, "protocol": "TCP"} for port in PORTS]
    service = dual_stack(
        scope, NAME, labels, ports, fixed_addresses(values, naming.EDGE_NUMBER), labels, list(map(str, values.edge))
    )
    behind = gateways.Backend(NAME, PORTS[0].number)
    entries = gateways.gateway_objects(scope, sites, gateway_class, behind, values)
    return deployment, service, *_way(scope, values.sites if env else (), labels), *entries


def _origins(sites: tuple[Site, ...], values: StackValues) -> dict[str, str]:
    """Where visitors enter the cluster: each site's addresses on its host, the portal's for sites that moved there."""
    portals = {site.name for site in sites if site.kind is SiteKind.PORTAL}
    hosts = [site for site in values.sites if site.name in portals]
    if not (values.edge and hosts):
        return {}
    named = (f"{site.name},[{site.address6}],{site.address4}" for site in values.sites)
    return {ORIGIN: " ".join(f"[{one.address6}] {one.address4}" for one in hosts), SITES: " ".join(named)}


def _way(scope: Scope, origins: Sequence[SiteAddress], labels: Mapping[str, str]) -> tuple[Manifest, ...]:
    """The policy that lets the edge, and nothing else of the zone, reach the sites' host, in both families."""
    if not origins:
        return ()
    single = Pair(
        v4=tuple(IPv4Network(one.address4) for one in origins), v6=tuple(IPv6Network(one.address6) for one in origins)
    )
    rule = {"to": blocks(single), "ports": [{"protocol": "TCP", "port": port.number} for port in PORTS]}
    spec = {"podSelector": {"matchLabels": dict(labels)}, "policyTypes": ["Egress"], "egress": [rule]}
    return (scope.make(POLICY_API, "NetworkPolicy", "edge-origin", spec=spec),)
