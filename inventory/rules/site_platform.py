"""A site stands in the file of the platform it names."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View


@rule("site-platform", partial=True)
def site_platform(view: View) -> Iterator[Reason]:
    """The platform of a site exists and is the one whose file lists it."""
    for ref, platform, site in view.sites:
        if site.platform == platform.name:
            continue
        at = (*ref, "platform")
        if site.platform in view.stems:
            cause = f"site {site.name} is on platform {site.platform} but stands in the file of {platform.name}"
            yield Reason(at, cause, f"move it to platforms/{site.platform}.yaml or write platform: {platform.name}")
        else:
            cause = f"site {site.name} is on unknown platform {show(site.platform)}"
            yield Reason(at, cause, f"write platform: {platform.name}")
