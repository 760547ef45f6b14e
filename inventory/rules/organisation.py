"""Organisations have one identity each, and stand in the file of the platform whose region they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.addressing import Organisation
from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import Ref, View
from inventory.vocab import Level, Plane


@rule("organisation")
def organisation(view: View) -> Iterator[Reason]:
    """An organisation's identity is its region, plane and id: that is its key in the ledger."""
    yield from twice(
        ((f"{one.id} of {one.region} in plane {one.plane}", ref) for ref, one in view.organisations),
        "organisation",
        "give each its own id",
    )
    platforms = {platform.name: platform.code for platform in view.inventory.platforms}
    for ref, one in view.organisations:
        if one.platform not in view.stems:
            yield Reason(ref, f"organisations of {show(one.platform)}, no platform", "name the file after a platform")
        elif one.platform in platforms:
            yield from _region(view, ref, one, platforms[one.platform])


def _region(view: View, ref: Ref, one: Organisation, home: str) -> Iterator[Reason]:
    area = next((area for area in view.inventory.addressing.areas if area.id == one.region), None)
    if area is not None and one.plane not in area.planes:
        yield Reason(ref, f"area {area.id} has no space in plane {Plane(one.plane)}", "add the plane to the area")
    code = area.parent if area is not None else one.region
    region = view.current.get(code)
    if region is None:
        cause = f"organisation {one.id} is in {show(code)}, neither a region in force nor an area"
        yield Reason(ref, cause, "write a code of regions.csv in force or an area of addressing.yaml")
        return
    owner = region.parent if region.level == Level.COUNTY else region.code
    if owner != home:
        yield Reason(ref, f"{code} {region.name} is no part of {home}", "move the line to its own city's file")
