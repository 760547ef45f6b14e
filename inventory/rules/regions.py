"""The division of the province: one province, 14 cities, 122 counties in force, and the former codes that led there.

Vintage and sources of the table are in `inventory/hunan/README.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inventory.files import REGIONS
from inventory.model import Region
from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import Ref, View
from inventory.vocab import Level

WANTED = {Level.PROVINCE: 1, Level.CITY: 14, Level.COUNTY: 122}


@rule("regions")
def regions(view: View) -> Iterator[Reason]:
    """Counts, parents, and the chain from a former code to its successor."""
    yield from twice(((region.code, (*ref, "code")) for ref, region in view.regions), "region code", "keep one line")
    counts = Counter(region.level for region in view.current.values())
    for level, wanted in WANTED.items():
        if counts[level] != wanted:
            cause = f"{counts[level]} regions of level {level} in force, the province has {wanted}"
            yield Reason((REGIONS,), cause, "complete the table or give a former code its valid_to and successor")
    for ref, region in view.regions:
        yield from _place(view, ref, region)
        yield from _chain(view, ref, region)


def _place(view: View, ref: Ref, region: Region) -> Iterator[Reason]:
    """The code's shape tells the level and the parent (GB/T 2260: two digits each)."""
    code = region.code
    level = Level.PROVINCE if code.endswith("0000") else Level.CITY if code.endswith("00") else Level.COUNTY
    parent = {Level.PROVINCE: "", Level.CITY: f"{code[:2]}0000", Level.COUNTY: f"{code[:4]}00"}[level]
    if region.level != level:
        cause = f"{code} {region.name} is written as {region.level}, its code is that of a {level}"
        yield Reason((*ref, "level"), cause, f"write {level}")
    elif region.parent != parent:
        cause = f'{code} {region.name} has parent "{region.parent}", its code belongs to "{parent}"'
        yield Reason((*ref, "parent"), cause, f"write {parent}")
    elif parent and parent not in view.current:
        yield Reason((*ref, "parent"), f"{code} {region.name} has parent {parent}, no region in force", "add it")


def _chain(view: View, ref: Ref, region: Region) -> Iterator[Reason]:
    who = f"{region.code} {region.name}"
    if bool(region.successor) != bool(region.valid_to):
        yield Reason(ref, f"{who} has only one of valid_to and successor", "write both or neither")
    elif region.successor:
        after = view.current.get(region.successor)
        if after is None:
            cause = f"{who} was replaced by {region.successor}, no region in force"
            yield Reason((*ref, "successor"), cause, "write the code in force")
        elif after.parent != region.parent or not _follows(view, region, after):
            cause = (
                f"{who} ended {region.valid_to}, its successor {after.code} began {after.valid_from or 'at no date'}"
            )
            yield Reason((*ref, "successor"), cause, "write the same month and the same parent in both lines")


def _follows(view: View, region: Region, after: Region) -> bool:
    """A new code begins in the month the old one ended; an older region may take another one in later.

    A code that is younger than the notice came from somewhere: some former code ended in the month it began.
    """
    if after.valid_from == region.valid_to:
        return True
    older = after.valid_from < region.valid_to
    origins = [one for _, one in view.regions if one.successor == after.code and one.valid_to == after.valid_from]
    return older and (not after.valid_from or bool(origins))
