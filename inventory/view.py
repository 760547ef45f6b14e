"""The inventory as rules see it: every object together with where it stands in the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from inventory.addressing import Organisation
from inventory.files import ENVIRONMENTS, ORGANISATIONS, PLATFORMS, REGIONS
from inventory.legacy import OldHost
from inventory.model import SHARED, Device, Interface, Inventory, Link, Platform, Region, Site, System, Uplink

Ref = tuple[str | int, ...]
"""A place: the file relative to the root, then keys and list positions; (`regions.csv`, n) is its n-th record."""


def platform_file(platform: Platform) -> str:
    """The file that holds the platform."""
    return f"{PLATFORMS}/{platform.name}.yaml"


@dataclass(frozen=True)
class View:
    """What a rule may look at.

    `drivers` is None when nobody said which drivers exist; `stems` are the names of all platform files, also of those
    that could not be read.
    """

    inventory: Inventory
    drivers: frozenset[str] | None = None
    stems: frozenset[str] = frozenset()

    @property
    def environment_file(self) -> str:
        """The file of the environment in use."""
        return f"{ENVIRONMENTS}/{self.inventory.environment.name}.yaml"

    @cached_property
    def regions(self) -> tuple[tuple[Ref, Region], ...]:
        """Every region, current or former."""
        return tuple(((REGIONS, n), region) for n, region in enumerate(self.inventory.regions))

    @cached_property
    def current(self) -> dict[str, Region]:
        """Regions in force by code."""
        return {
            region.code: region for region in self.inventory.regions if not region.successor and not region.valid_to
        }

    @cached_property
    def platforms(self) -> tuple[tuple[Ref, Platform], ...]:
        """Every platform with its file."""
        return tuple(((platform_file(platform),), platform) for platform in self.inventory.platforms)

    @cached_property
    def links(self) -> tuple[tuple[Ref, str, Link], ...]:
        """Every link as (ref, owning platform or `SHARED`, link)."""
        stated = (
            ((file, "links", n), owner, link)
            for file, owner, links, _ in self._holders()
            for n, link in enumerate(links)
        )
        return (*stated, *((ref, SHARED, uplink.link) for ref, uplink in self.uplinks))

    @cached_property
    def devices(self) -> tuple[tuple[Ref, str, Device], ...]:
        """Every device as (ref, owning platform or `SHARED`, device)."""
        return tuple(
            ((file, "devices", n), owner, device)
            for file, owner, _, devices in self._holders()
            for n, device in enumerate(devices)
        )

    @cached_property
    def interfaces(self) -> tuple[tuple[Ref, Device, Interface], ...]:
        """Every interface with its device."""
        stated = (
            ((*ref, "interfaces", n), device, interface)
            for ref, _, device in self.devices
            for n, interface in enumerate(device.interfaces)
        )
        shared = {device.name: device for device in self.inventory.network.devices}
        uplinks = (
            ((*ref, "interface"), shared[uplink.device], uplink.port)
            for ref, uplink in self.uplinks
            if uplink.device in shared
        )
        return (*stated, *uplinks)

    @cached_property
    def uplinks(self) -> tuple[tuple[Ref, Uplink], ...]:
        """Every uplink with its place in the platform's file."""
        return tuple(
            ((*ref, "uplinks", n), uplink)
            for ref, platform in self.platforms
            for n, uplink in enumerate(platform.uplinks)
        )

    @cached_property
    def link_by_id(self) -> dict[str, Link]:
        """The first link of each id."""
        found: dict[str, Link] = {}
        for _, _, link in self.links:
            found.setdefault(link.id, link)
        return found

    @cached_property
    def sites(self) -> tuple[tuple[Ref, Platform, Site], ...]:
        """Every site with the platform whose file lists it."""
        return tuple(
            ((*ref, "sites", n), platform, site)
            for ref, platform in self.platforms
            for n, site in enumerate(platform.sites)
        )

    @cached_property
    def old_hosts(self) -> tuple[tuple[Ref, Platform, OldHost], ...]:
        """Every old host with the platform that its sites move to."""
        return tuple(
            ((*ref, "old_hosts", n), platform, host)
            for ref, platform in self.platforms
            for n, host in enumerate(platform.old_hosts)
        )

    @cached_property
    def systems(self) -> tuple[tuple[Ref, Platform, System], ...]:
        """Every information system with the platform whose file lists it."""
        return tuple(
            ((*ref, "systems", n), platform, system)
            for ref, platform in self.platforms
            for n, system in enumerate(platform.systems)
        )

    @cached_property
    def organisations(self) -> tuple[tuple[Ref, Organisation], ...]:
        """Every organisation with its line; its platform is the name of its file."""
        counts: Counter[str] = Counter()
        found: list[tuple[Ref, Organisation]] = []
        for one in self.inventory.organisations:
            found.append(((f"{ORGANISATIONS}/{one.platform}.csv", counts[one.platform]), one))
            counts[one.platform] += 1
        return tuple(found)

    def _holders(self) -> Iterator[tuple[str, str, tuple[Link, ...], tuple[Device, ...]]]:
        yield "network.yaml", SHARED, self.inventory.network.links, self.inventory.network.devices
        for platform in self.inventory.platforms:
            yield platform_file(platform), platform.name, platform.links, platform.devices
