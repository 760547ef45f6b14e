"""A site is served from its platform's DMZ, at an address that no other host there uses."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View
from inventory.vocab import Role


@rule("site-address")
def site_address(view: View) -> Iterator[Reason]:
    """Inside the DMZ link, and not the address of a firewall or a name server."""
    taken = {port.address4: device for _, device, port in view.interfaces if device.role != Role.SITE_HOST}
    for ref, platform, site in view.sites:
        at = (*ref, "address4")
        zone = [link.prefix4 for link in platform.links if link.zone == "dmz"]
        if not any(site.address4 in prefix for prefix in zone):
            inside = " or ".join(map(str, zone)) or "a dmz link, which the platform lacks"
            cause = f"site {site.name} has {site.address4}, outside the platform's dmz"
            yield Reason(at, cause, f"write an address inside {inside}")
        elif site.address4 in taken:
            cause = f"site {site.name} has {site.address4}, the address of {taken[site.address4].name}"
            yield Reason(at, cause, "write a free address of the dmz")
