"""Every platform has a portal of its own: one, listed among its sites."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import View
from inventory.vocab import SiteKind


@rule("duplicate-portal", partial=True)
def duplicate_portal(view: View) -> Iterator[Reason]:
    """No portal twice, exactly one site of kind portal, and it is the platform's `portal`."""
    fix = "write this platform's own portal"
    yield from twice(((platform.portal, (*ref, "portal")) for ref, platform in view.platforms), "portal", fix)
    for ref, platform in view.platforms:
        portals = [(n, site) for n, site in enumerate(platform.sites) if site.kind == SiteKind.PORTAL]
        if all(site.name != platform.portal for _, site in portals):
            cause = f"portal {platform.portal} is not among the sites as kind portal"
            yield Reason((*ref, "portal"), cause, "add it to sites or correct the name")
        for n, site in portals:
            if site.name != platform.portal:
                cause = f"site {site.name} is of kind portal, but the portal is {platform.portal}"
                yield Reason((*ref, "sites", n, "kind"), cause, "write kind: department or kind: county")
