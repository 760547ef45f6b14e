"""An information system lives in a zone of its platform, at an address of that zone."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View


@rule("system-zone")
def system_zone(view: View) -> Iterator[Reason]:
    """Zone and address of every system."""
    for ref, platform, system in view.systems:
        prefixes = [link.prefix4 for link in platform.links if link.zone and link.zone == system.zone]
        if not prefixes:
            cause = f"system {system.name} is in zone {show(system.zone)}, where the platform has no link"
            yield Reason((*ref, "zone"), cause, "write a zone of the platform")
        elif not any(system.address4 in prefix for prefix in prefixes):
            cause = f"system {system.name} has {system.address4}, outside zone {system.zone}"
            yield Reason((*ref, "address4"), cause, f"write an address inside {prefixes[0]}")
