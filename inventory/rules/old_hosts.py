"""Old hosts are no devices, their sites are not hosted yet, and nothing of theirs is there twice."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import View


@rule("old-hosts")
def old_hosts(view: View) -> Iterator[Reason]:
    """Names and addresses across the province; a site belongs to the platform's DNS zone."""
    every = [(ref, platform, host) for ref, platform, host in view.old_hosts]
    devices = [(device.name, (*ref, "name")) for ref, _, device in view.devices]
    ways = [(device.mgmt4, (*ref, "mgmt4")) for ref, _, device in view.devices]
    ports = [(port.address4, (*ref, "address4")) for ref, _, port in view.interfaces]
    sites = [(site.name, (*ref, "name")) for ref, _, site in view.sites]
    fix = "give each its own"
    if every:
        yield from twice([*devices, *((host.name, (*ref, "name")) for ref, _, host in every)], "host name", fix)
        yield from twice([*ways, *((host.mgmt4, (*ref, "mgmt4")) for ref, _, host in every)], "management address", fix)
        yield from twice([*ports, *((host.address4, (*ref, "address4")) for ref, _, host in every)], "address", fix)
    moving = [
        ((*ref, "sites", n, "name"), platform, site)
        for ref, platform, host in every
        for n, site in enumerate(host.sites)
    ]
    yield from twice([*sites, *((site.name, at) for at, _, site in moving)], "site", "a site is hosted or old, once")
    for at, platform, site in moving:
        if not site.name.endswith(f".{platform.dns_zone}"):
            cause = f"old site {site.name} is not in the platform's zone {platform.dns_zone}"
            yield Reason(at, cause, "list it with the platform that answers for its name")
