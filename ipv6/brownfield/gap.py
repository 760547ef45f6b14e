"""The dual-stack gap of each region: what has only IPv4, what is planned, what is unknown, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.vocab import Level
from ipv6.brownfield.pairing import Pair, Pairing
from ipv6.brownfield.regions import Regions


@dataclass
class Gap:
    """Counts of one region. Management interfaces stay out of band on IPv4 and are counted apart.

    `planned` and `unplanned` split `ipv4_only`; `unknown` is what the province's data does not have (of either state);
    `foreign` runs IPv6 outside the received blocks; `unseen` is in the data and in no source.
    """

    code: str
    name: str
    seen: int = 0
    dual: int = 0
    ipv4_only: int = 0
    ipv6_only: int = 0
    planned: int = 0
    unplanned: int = 0
    unknown: int = 0
    foreign: int = 0
    conflicts: int = 0
    unseen: int = 0
    mgmt: int = 0

    @property
    def percent(self) -> float | None:
        """Share of what has IPv4 that has IPv6 too, in per cent with one decimal; None when nothing was seen."""
        total = self.dual + self.ipv4_only
        return round(100 * self.dual / total, 1) if total else None


def gaps(inv: Inventory, pairing: Pairing, within: str = "") -> tuple[Gap, ...]:
    """One row for the province and each city, counties counted in their city; with `within` that region and below.

    A last row without a code holds what belongs to no region we know. Rows come in the order of the codes.
    """
    regions = Regions(inv)
    rows: dict[str, Gap] = {}
    for region in inv.regions:
        if region.successor or region.valid_to:
            continue
        if within and within not in (region.code, region.parent):
            continue
        if within or region.level is not Level.COUNTY:
            rows[region.code] = Gap(region.code, region.name)
    nowhere = Gap("", "")

    def row(code: str) -> Gap | None:
        if within:
            return rows.get(code)
        return rows.get(regions.city(code), nowhere)

    for pair in pairing.pairs:
        if one := row(pair.region):
            _count(one, pair)
    for item in pairing.unseen:
        if one := row(item.region):
            one.unseen += 1
    for conflict in pairing.conflicts:
        if one := row(conflict.region):
            one.conflicts += 1
    found = [rows[code] for code in sorted(rows)]
    return (*found, nowhere) if nowhere.seen or nowhere.conflicts or nowhere.mgmt else tuple(found)


def _count(row: Gap, pair: Pair) -> None:
    if pair.mgmt:
        row.mgmt += 1
        return
    row.seen += 1
    row.unknown += not pair.known
    row.foreign += bool(pair.foreign)
    if pair.state == "dual":
        row.dual += 1
    elif pair.state == "ipv6-only":
        row.ipv6_only += 1
    else:
        row.ipv4_only += 1
        row.planned += bool(pair.planned6)
        row.unplanned += not pair.planned6


def inside(inv: Inventory, pairs: Iterable[Pair], code: str) -> tuple[Pair, ...]:
    """The pairs of a region and of the counties below it."""
    regions = Regions(inv)
    return tuple(one for one in pairs if code in (one.region, regions.city(one.region)))


def region_of(inv: Inventory, word: str) -> str:
    """The code of a region given by code, name or platform; InputError for any other word."""
    code = Regions(inv).code(word)
    if not code:
        raise InputError(word, "is no region of the province", "give a code, a name or a platform")
    return code
