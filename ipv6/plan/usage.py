"""How full every pool is: places used, kept in reserve and left, and the HD-ratio (RFC 3194); pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log

from inventory.model import Inventory
from ipv6.change.model import Claim
from ipv6.plan.choice import Pooled
from ipv6.plan.naming import Names
from ipv6.plan.overlap import parse_many, unpack
from ipv6.plan.prefix import BITS, Prefix
from ipv6.plan.profile import Profile, profile_of

COMFORTABLE, PAINFUL, PRACTICAL = 0.80, 0.85, 0.87
"""HD-ratios from which RFC 3194, section 3 calls a plan no longer comfortable, painful, and at its practical end."""
SMALL = 256
"""Pools with fewer places are judged by the places left: their HD-ratio says little."""

KINDS = {"links": ("link",), "organisations": ("org",)}


@dataclass(frozen=True, slots=True)
class Row:
    """One pool: `used` of `slots` places, `reserve` of them kept; `hd` is None where it says nothing.

    `level` is regions, cities, counties, links or organisations; `where` the ledger key of the parent.
    """

    level: str
    plane: str
    where: str
    meaning: str
    prefix: str
    used: int
    slots: int
    reserve: int
    hd: float | None
    warnings: tuple[str, ...]

    @property
    def left(self) -> int:
        """Places that planning may still give."""
        return max(0, self.slots - self.used - self.reserve)


@dataclass(frozen=True, slots=True)
class Summary:
    """All pools of one level in one plane, and the fullest of them."""

    level: str
    plane: str
    pools: int
    used: int
    slots: int
    reserve: int
    hd: float | None
    fullest: Row


def usage(inv: Inventory, ledger: Iterable[Claim], region: str = "") -> tuple[Row, ...]:
    """Every pool in the ledger, by level, plane and key; with `region` only those of that code."""
    profile = profile_of(inv.addressing)
    held = tuple(ledger)
    packed = parse_many([claim.prefix for claim in held], [f"ledger claim {claim.key}" for claim in held])
    claims = list(zip(held, map(unpack, packed), strict=True))
    counted = _Counted(claims, profile)
    rows = [*_areas_of_planes(inv, profile, claims, counted), *_pools(inv, profile, claims, counted)]
    rows = [row for row in rows if not region or region in row.where.split("/")]
    return tuple(sorted(rows, key=lambda row: (row.level, row.plane, row.where)))


def summaries(rows: Iterable[Row]) -> tuple[Summary, ...]:
    """One line per level and plane."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.level, row.plane), []).append(row)
    found = []
    for (level, plane), group in sorted(groups.items()):
        used, slots = sum(row.used for row in group), sum(row.slots for row in group)
        fullest = max(group, key=lambda row: (row.used / row.slots, row.where))
        reserve = sum(row.reserve for row in group)
        found.append(Summary(level, plane, len(group), used, slots, reserve, hd_ratio(used, slots), fullest))
    return tuple(found)


def hd_ratio(used: int, slots: int) -> float | None:
    """log(used) / log(slots) after RFC 3194, section 2; None when nothing is used or there is only one place."""
    return log(used) / log(slots) if used > 0 and slots > 1 else None


class _Counted:
    """Prefixes in use by kind of claim and by the prefix around them; heirs share one, and it counts once."""

    def __init__(self, claims: Iterable[tuple[Claim, Prefix]], profile: Profile) -> None:
        self._seen: dict[tuple[str, int, int], set[Prefix]] = {}
        lengths = profile.shape[1:]
        for claim, prefix in claims:
            kind = claim.key.removeprefix("released/").partition("/")[0]
            for length in lengths:
                if length < prefix.length:
                    around = prefix.first >> (BITS - length)
                    self._seen.setdefault((kind, length, around), set()).add(prefix)

    def inside(self, kinds: Iterable[str], parent: Prefix, length: int) -> int:
        """How many distinct prefixes of that length the kinds hold inside the parent."""
        around = parent.first >> (BITS - parent.length)
        found: set[Prefix] = set()
        for kind in kinds:
            found |= {one for one in self._seen.get((kind, parent.length, around), ()) if one.length == length}
        return len(found)


def _areas_of_planes(
    inv: Inventory, profile: Profile, claims: Iterable[tuple[Claim, Prefix]], counted: _Counted
) -> Iterator[Row]:
    """Regions of a plane; where cities have values of their own, cities of a plane and counties of a city."""
    shape, names = profile.shape, Names(inv)
    kept = inv.addressing.reserve
    for claim, prefix in claims:
        kind, _, rest = claim.key.partition("/")
        plane = rest.split("/")[0]
        if kind == "plane" and profile.spells_codes and prefix.length < shape.region:
            used = counted.inside(("region", "area"), prefix, shape.region)
            yield _row("regions", plane, claim, names, prefix, used, 1 << (shape.region - prefix.length), 0)
        elif kind == "plane" and prefix.length < shape.city:
            used = counted.inside(("city",), prefix, shape.city)
            yield _row("cities", plane, claim, names, prefix, used, 1 << (shape.city - prefix.length), kept.cities)
        elif kind == "city":
            used = counted.inside(("region", "area"), prefix, shape.region)
            yield _row("counties", plane, claim, names, prefix, used, 1 << (shape.region - shape.city), kept.counties)


def _pools(
    inv: Inventory, profile: Profile, claims: Iterable[tuple[Claim, Prefix]], counted: _Counted
) -> Iterator[Row]:
    names, policy = Names(inv), inv.addressing.reserve.model_dump()
    done: set[tuple[str, Prefix]] = set()
    for claim, prefix in sorted(claims, key=lambda one: one[0].key, reverse=True):
        kind, _, rest = claim.key.partition("/")
        if kind not in ("region", "area") or claim.key.endswith("/reserved") or prefix.length != profile.shape.region:
            continue
        for choice in (profile.links(), profile.organisation()):
            if isinstance(choice, Pooled) and (choice.kind, prefix) not in done:
                done.add((choice.kind, prefix))
                used = counted.inside(KINDS[choice.kind], prefix, choice.length)
                slots = choice.slots(prefix)
                yield _row(choice.kind, rest.split("/")[0], claim, names, prefix, used, slots, policy[choice.kind])


def _row(
    level: str, plane: str, claim: Claim, names: Names, prefix: Prefix, used: int, slots: int, percent: int
) -> Row:
    reserve, ratio = slots * percent // 100, hd_ratio(used, slots)
    warnings = tuple(_warnings(used, slots, reserve, ratio))
    return Row(level, plane, claim.key, names.meaning(claim.key), str(prefix), used, slots, reserve, ratio, warnings)


def _warnings(used: int, slots: int, reserve: int, ratio: float | None) -> Iterator[str]:
    left = slots - used
    if left <= 0:
        yield f"full: all {slots} places are used"
    elif left <= reserve:
        yield f"only the reserve of {reserve} places is left"
    elif slots < SMALL and left - reserve <= 2:
        yield f"{left - reserve} of {slots} places left"
    if slots >= SMALL and ratio is not None and ratio >= COMFORTABLE:
        step = PRACTICAL if ratio >= PRACTICAL else PAINFUL if ratio >= PAINFUL else COMFORTABLE
        yield f"HD-ratio {ratio:.2f} is above {step:.2f} (RFC 3194, section 3)"
