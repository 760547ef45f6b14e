"""Renders the nginx include of a site host; pure. Each site listens on its own addresses, never on a wildcard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address

from inventory.errors import InputError
from ipv6.agent.lines import normalise
from ipv6.drivers.base import template
from ipv6.plan.intent import DeviceIntent, VirtualSite

OBJECT = "/etc/nginx/jiyue.conf"
_NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """One redirecting and one TLS server per site, for IPv4 and, once planned, IPv6."""
    if not intent.sites:
        raise InputError(intent.name, "it is a site host without a site", "host a site or take the driver away")
    sites = [_site(intent.name, site) for site in intent.sites]
    return {OBJECT: normalise(template("nginx", device=intent.name, sites=sites))}


def _site(device: str, site: VirtualSite) -> dict[str, object]:
    if not _NAME.fullmatch(site.name):
        raise InputError(device, f"{site.name!r} is not a domain name")
    listen = [str(IPv4Address(site.address4))]
    if site.address6:
        listen.append(f"[{IPv6Address(site.address6)}]")
    return {"name": site.name, "listen": listen}
