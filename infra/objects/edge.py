"""The platform's edge: a dual-stack entry in the DMZ and one route per hosted site, from the same site model."""

from __future__ import annotations

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta, pods
from infra.objects.functions import Images
from infra.objects.meta import Scope
from infra.objects.services import dual_stack, fixed_addresses
from infra.values import StackValues
from inventory.model import Site

ZONE = "dmz"
NAME = "edge"
PORTS = (pods.Port("http", 80), pods.Port("https", 443))


def edge_objects(
    platform: str, sites: tuple[Site, ...], ingress_class: str, images: Images, values: StackValues
) -> tuple[Manifest, ...]:
    """Deployment and Service of the edge, then the routes by site name."""
    labels = {"app.kubernetes.io/name": NAME, meta.PLATFORM: platform}
    scope = Scope(platform, ZONE)
    deployment = scope.make(
        "apps/v1",
        "Deployment",
        NAME,
        labels=labels,
        spec={
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": pods.template(NAME, images.of(NAME), PORTS, labels),
        },
    )
    ports = [{"name": port.name, "port": port.number, "targetPort": port.name, "protocol": "TCP"} for port in PORTS]
    service = dual_stack(scope, NAME, labels, ports, fixed_addresses(values, naming.EDGE_NUMBER), labels)
    addresses = {site.name: site for site in values.sites}
    routes = []
    for site in sorted(sites, key=lambda item: item.name):
        known = addresses[site.name]
        path = {
            "path": "/",
            "pathType": "Prefix",
            "backend": {"service": {"name": NAME, "port": {"name": "http"}}},
        }
        routes.append(
            scope.make(
                "networking.k8s.io/v1",
                "Ingress",
                naming.route(site.name),
                annotations={
                    # Nobody fills in status.loadBalancer where the site host is the edge; waiting would never end.
                    **meta.SKIP_AWAIT,
                    "jiyue/title": site.title,
                    "jiyue/owner": site.owner,
                    "jiyue/address4": str(known.address4),
                    "jiyue/address6": str(known.address6),
                },
                spec={
                    "ingressClassName": ingress_class,
                    "tls": [{"hosts": [site.name], "secretName": naming.tls_secret(site.name)}],
                    "rules": [{"host": site.name, "http": {"paths": [path]}}],
                },
            )
        )
    return deployment, service, *routes
