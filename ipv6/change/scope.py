"""Which claim, device, record and input belongs to which change set (design decision 3).

What several platforms share is the province's own change set, so that one city's apply never voids another's approval.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from inventory.errors import InputError
from inventory.model import SHARED, Inventory, Region
from inventory.vocab import Level
from ipv6.change.model import Claim

JUDGED_LATER = frozenset({"review.yaml", "indicators.yaml", "windows.yaml", "assessment.yaml"})
"""Who may approve, when it may go out and what a measurement is worth are judged anew each time; were they inputs, a
new reviewer, freeze or threshold would void every proposal, although nothing that is pushed depends on them."""

_PLATFORM_FILE = re.compile(r"(?:^|/)(?:platforms/|Pulumi\.|organisations/)(?P<name>[a-z]+)\.(?:yaml|csv)$")


def check_platform(inv: Inventory, platform: str) -> None:
    """InputError unless `platform` is one of the inventory's or `shared`."""
    if platform != SHARED and platform not in inv.platform_by_name:
        known = ", ".join((SHARED, *inv.platform_by_name))
        raise InputError(f"platform {platform}", "there is no such platform", f"choose one of {known}")


class Scope:
    """Owners of ledger keys in one inventory, looked up in constant time."""

    def __init__(self, inv: Inventory) -> None:
        by_code = {platform.code: platform.name for platform in inv.platforms}
        # The province's own regions are the stem of every city's prefix, so they are shared.
        self._regions = {region.code: _region_owner(region, by_code) for region in inv.regions}
        self._devices = inv.platform_of_device
        self._links = {link.id: platform.name for platform in inv.platforms for link in platform.links}
        self._sites = {site.name: site.platform for site in inv.sites}
        self._platforms = inv.platform_by_name
        # A unit of the province's own region changes nothing for the cities: it belongs to the province's platform.
        self._units = self._regions | by_code
        self._units |= {area.id: self._units.get(area.parent, SHARED) for area in inv.addressing.areas}

    def owner(self, key: str) -> str:
        """The platform a ledger key belongs to, or `shared`; keys of things that are gone are shared too."""
        kind, _, rest = key.partition("/")
        name = rest.split("/", 1)[0]
        if kind in ("region", "city"):
            return self._regions.get(rest.split("/")[1] if "/" in rest else "", SHARED)
        if kind in ("org", "area"):
            return self._units.get(rest.split("/")[1] if "/" in rest else "", SHARED)
        if kind in ("zone", "subnet", "services"):
            return name if name in self._platforms else SHARED
        if kind in ("loopback", "iface"):
            return self._devices.get(name, SHARED)
        table = {"link": self._links, "site": self._sites}.get(kind, {})
        return table.get(rest, SHARED)

    def claims(self, claims: Iterable[Claim], platform: str) -> tuple[Claim, ...]:
        """The claims of one change set, by key."""
        mine = (claim for claim in claims if self.owner(claim.key) == platform)
        return tuple(sorted(mine, key=lambda claim: claim.key))


def _region_owner(region: Region, by_code: Mapping[str, str]) -> str:
    if region.level is Level.PROVINCE:
        return SHARED
    if region.level is Level.COUNTY:
        return by_code.get(region.parent, SHARED)
    return by_code.get(region.code, SHARED)


def inputs_of(inputs: Mapping[str, str], platform: str) -> dict[str, str]:
    """The input hashes that bind one change set: all but the other platforms' own files and what is judged later.

    What another platform's file does change for this one shows up in the rendered texts, which are bound anyway.
    """
    found = {}
    for path, value in inputs.items():
        if path.rpartition("/")[2] in JUDGED_LATER:
            continue
        match = _PLATFORM_FILE.search(path)
        if match is None or match["name"] == platform:
            found[path] = value
    return dict(sorted(found.items()))
