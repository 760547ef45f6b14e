"""A site name and a DNS zone belong to one platform, and a site's name lies in its platform's zone."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import View


@rule("duplicate-site", partial=True)
def duplicate_site(view: View) -> Iterator[Reason]:
    """Names across all platforms; a name outside the platform's zone would never get a record."""
    fix = "list it once, on the platform that hosts it"
    yield from twice(((site.name, (*ref, "name")) for ref, _, site in view.sites), "site", fix)
    zones = ((platform.dns_zone, (*ref, "dns_zone")) for ref, platform in view.platforms)
    yield from twice(zones, "DNS zone", "write this platform's own zone")
    for ref, platform, site in view.sites:
        if not f".{site.name}".endswith(f".{platform.dns_zone}"):
            cause = f"site {site.name} is not in the platform's DNS zone {platform.dns_zone}"
            yield Reason((*ref, "name"), cause, "move it to the platform of its zone or correct the name")
