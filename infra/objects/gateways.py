"""Gateways (Gateway API, gateway.networking.k8s.io/v1) of a platform's sites, and the route of each site.

A Gateway asks for planned addresses of both families; each of its sites has a TLS listener and a route of its own, and
over HTTP visitors are only led to HTTPS, exactly as the site hosts do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta
from infra.objects.meta import Scope
from infra.values import SiteAddress, StackValues
from inventory.model import Site

GROUP = "gateway.networking.k8s.io"
API = f"{GROUP}/v1"
GATEWAY, ROUTE = "Gateway", "HTTPRoute"

# Limits of the API itself (maxItems in its CustomResourceDefinitions, gateway-api 1.4.1): 64 spec.listeners and 16
# spec.addresses of a Gateway, 16 spec.hostnames of an HTTPRoute. One listener is for HTTP, three stay free.
SITES = 60
ADDRESSES = 16
HOSTNAMES = 16

HTTP = "http"
"""Name of the listener without TLS; a site's own listener is named like its route, which has a dash at least."""

SAME = {"namespaces": {"from": "Same"}}
TO_HTTPS = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}


class Backend(NamedTuple):
    """The Service in the Gateways' namespace that answers for every site, and its port."""

    service: str
    port: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One Gateway: its name, its addresses and the sites that it serves."""

    name: str
    addresses: tuple[str, ...]
    sites: tuple[SiteAddress, ...]


def gateway_objects(
    scope: Scope, sites: Sequence[Site], gateway_class: str, backend: Backend, values: StackValues
) -> tuple[Manifest, ...]:
    """Every Gateway with its way to HTTPS, then the routes by site name."""
    told = {site.name: site for site in sites}
    every = entries([one for one in values.sites if one.name in told], list(map(str, values.edge)))
    found: list[Manifest] = []
    for entry in every:
        found += [_gateway(scope, entry, gateway_class), *_to_https(scope, entry)]
    by_name = sorted(((site, entry.name) for entry in every for site in entry.sites), key=lambda pair: pair[0].name)
    return *found, *(_route(scope, told[site.name], site, name, backend) for site, name in by_name)


def entries(sites: Sequence[SiteAddress], edge: Sequence[str]) -> tuple[Entry, ...]:
    """The sites, spread over as few Gateways as the API's limits allow, in the order of their addresses.

    A Gateway asks for the addresses in `edge`, at which visitors enter the cluster, else for those of its own sites.
    Sites of one address stay together, and as a planned address never changes, a new site seldom moves another one.
    """
    chosen: list[list[SiteAddress]] = []
    for site in sorted(sites, key=lambda one: (int(one.address6), int(one.address4), one.name)):
        if not chosen or not _fits([*chosen[-1], site], edge):
            chosen.append([])
        chosen[-1].append(site)
    named = enumerate(chosen, start=1)
    return tuple(Entry(naming.gateway(number), _addresses(mine, edge), tuple(mine)) for number, mine in named)


def _fits(sites: Sequence[SiteAddress], edge: Sequence[str]) -> bool:
    return len(sites) <= SITES and len(_addresses(sites, edge)) <= ADDRESSES


def _addresses(sites: Sequence[SiteAddress], edge: Sequence[str]) -> tuple[str, ...]:
    own = (str(address) for site in sites for address in (site.address4, site.address6))
    return tuple(dict.fromkeys(edge or own))


def _gateway(scope: Scope, entry: Entry, gateway_class: str) -> Manifest:
    listeners: list[dict[str, Any]] = [{"name": HTTP, "port": 80, "protocol": "HTTP", "allowedRoutes": SAME}]
    for site in entry.sites:
        secret = {"kind": "Secret", "name": naming.tls_secret(site.name)}
        listeners.append(
            {
                "name": naming.route(site.name),
                "hostname": site.name,
                "port": 443,
                "protocol": "HTTPS",
                "tls": {"mode": "Terminate", "certificateRefs": [secret]},
                "allowedRoutes": SAME,
            }
        )
    spec = {
        "gatewayClassName": gateway_class,
        "addresses": [{"type": "IPAddress", "value": address} for address in entry.addresses],
        "listeners": listeners,
    }
    return _made(scope, GATEWAY, entry.name, {}, spec)


def _to_https(scope: Scope, entry: Entry) -> Iterator[Manifest]:
    """Only for the names of the sites: a Host header of somebody else's choice is not led anywhere."""
    names = sorted(site.name for site in entry.sites)
    for number, first in enumerate(range(0, len(names), HOSTNAMES), start=1):
        spec = {
            "parentRefs": [{"name": entry.name, "sectionName": HTTP}],
            "hostnames": names[first : first + HOSTNAMES],
            "rules": [{"matches": [_everything()], "filters": [TO_HTTPS]}],
        }
        yield _made(scope, ROUTE, naming.redirect(entry.name, number), {}, spec)


def _route(scope: Scope, site: Site, known: SiteAddress, gateway: str, backend: Backend) -> Manifest:
    name = naming.route(site.name)
    about = {
        "jiyue/title": site.title,
        "jiyue/owner": site.owner,
        "jiyue/address4": str(known.address4),
        "jiyue/address6": str(known.address6),
    }
    spec = {
        "parentRefs": [{"name": gateway, "sectionName": name}],
        "hostnames": [site.name],
        "rules": [{"matches": [_everything()], "backendRefs": [{"name": backend.service, "port": backend.port}]}],
    }
    return _made(scope, ROUTE, name, about, spec)


def _everything() -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": "/"}}


def _made(scope: Scope, kind: str, name: str, about: Mapping[str, str], spec: Mapping[str, Any]) -> Manifest:
    # The engine's provider waits for no condition of a custom resource, except with PULUMI_K8S_AWAIT_ALL in its
    # environment; where nobody serves the class (the lab) they never come.
    return scope.make(API, kind, name, annotations={**meta.SKIP_AWAIT, **about}, spec=spec)
