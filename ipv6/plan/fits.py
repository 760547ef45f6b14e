"""What a prefix would hold under a profile: planes, regions, the bits that are missing, the reserve that is left."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Network

from inventory.environment import Block
from inventory.errors import InputError
from inventory.model import Inventory
from inventory.vocab import Plane
from ipv6.plan.hosts import bcd
from ipv6.plan.plan import make_plan
from ipv6.plan.prefix import BITS, Prefix
from ipv6.plan.profile import Profile, profile_of
from ipv6.plan.usage import Row, usage
from ipv6.plan.wanted_regions import cities

GLOBAL = Prefix(1 << (BITS - 3), 3)
"""2000::/3, the only global unicast space that is given out (RFC 3587, section 3; IANA's registry)."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a prefix holds the province: `planes` of 3 and `regions` of 1+14, `missing` bits (0 when it fits).

    `rows` are the pools of a trial plan when it fits; `notes` say the same in words.
    """

    prefix: str
    profile: str
    planes: int
    planes_wanted: int
    regions: int
    regions_wanted: int
    missing: int
    missing_plane: int
    notes: tuple[str, ...]
    rows: tuple[Row, ...] = ()


def fit(inv: Inventory, prefix: Prefix, profile_name: str = "") -> Fit:
    """Judge a prefix for the whole province, its three planes and every region, organisation, link and site in it.

    InputError for what is no global unicast prefix or an unknown profile. GateError when a trial plan finds a full
    pool. Nothing is written.
    """
    if not GLOBAL.contains(prefix):
        raise InputError(str(prefix), "is no global unicast prefix", f"use one inside {GLOBAL} (RFC 3587)")
    policy = inv.addressing.model_copy(update={"profile": profile_name or inv.addressing.profile})
    if policy.profile not in ("legible", "compact"):
        raise InputError(policy.profile, "there is no such profile", "choose legible or compact")
    profile = profile_of(policy)
    shape, length = profile.shape, prefix.length
    planes = min(len(Plane), 1 << max(0, shape.plane - length)) if length <= shape.plane else 0
    wanted, held = len(cities(inv)), _regions(inv, profile, prefix)
    missing, missing_plane = max(0, length - shape.whole), max(0, length - shape.plane)
    common = (str(prefix), profile.name, planes, len(Plane), held, wanted, missing, missing_plane)
    if missing:
        return Fit(*common, tuple(_too_small(profile, length, planes, held, wanted)))
    trial = _trial(inv.model_copy(update={"addressing": policy}), prefix, shape.whole)
    rows = usage(trial, make_plan(trial).claims)
    return Fit(*common, tuple(_reserve(profile, length, rows)), rows)


def _regions(inv: Inventory, profile: Profile, prefix: Prefix) -> int:
    """How many of 1+14 regions keep their whole space: all from a plane on, in less those whose value lies inside."""
    shape, every = profile.shape, cities(inv)
    if prefix.length <= shape.plane:
        return len(every)
    if prefix.length > shape.city:
        return 0
    if not profile.spells_codes:
        return min(len(every), 1 << (shape.city - prefix.length))
    plane = Prefix(prefix.first >> (BITS - shape.plane) << (BITS - shape.plane), shape.plane)
    places = (plane.child(shape.city, bcd(region.code[2:4], f"region {region.code}")) for region in every)
    return sum(prefix.contains(place) for place in places)


def _too_small(profile: Profile, length: int, planes: int, held: int, wanted: int) -> list[str]:
    shape = profile.shape
    if length > shape.plane:
        said = f"a /{length} holds {held} of {wanted} regions in one plane: {length - shape.plane} bits missing"
    else:
        said = f"a /{length} holds {planes} of {len(Plane)} planes and leaves no reserve on a nibble"
    return [
        said,
        f"the {profile.name} profile needs a /{shape.whole} for all planes: {length - shape.whole} bits missing",
    ]


def _reserve(profile: Profile, length: int, rows: tuple[Row, ...]) -> list[str]:
    """What the trial plan leaves, level by level."""
    shape = profile.shape
    found = [f"{(1 << (shape.plane - shape.whole)) - len(Plane)} of {1 << (shape.plane - shape.whole)} planes are left"]
    if length < shape.whole:
        found.append(f"{(1 << (shape.whole - length)) - 1} more blocks of a /{shape.whole} are left")
    for level, what in (
        ("cities", "region values"),
        ("counties", "county values in the fullest city"),
        ("regions", "region places"),
        ("organisations", "organisations in the fullest region"),
        ("links", "links in the fullest region"),
    ):
        of_level = [row for row in rows if row.level == level]
        if of_level:
            least = min(of_level, key=lambda row: (row.left, row.where))
            found.append(f"{what}: {least.left} of {least.slots} are left ({least.meaning})")
    return found


def _trial(inv: Inventory, prefix: Prefix, whole: int) -> Inventory:
    network = IPv6Network((prefix.first, whole))
    blocks = tuple(
        Block(plane=plane, prefix=network, index=index, source="what-if") for index, plane in enumerate(Plane)
    )
    environment = inv.environment.model_copy(update={"blocks": blocks})
    fields = {name: getattr(inv, name) for name in type(inv).model_fields}
    return type(inv)(**(fields | {"environment": environment}))
