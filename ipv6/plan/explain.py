"""What an address says, field by field: digits, meaning, the claims around it and since when; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.vocab import ENTRY_ZONE
from ipv6.change.model import Claim
from ipv6.plan.forebears import Forebears
from ipv6.plan.layout import CLAIMED, FIXED, FREE, OVERFLOW, RESERVED, Field, layout
from ipv6.plan.local import LOCAL, LOCAL_FIELDS
from ipv6.plan.lookup import Lookup
from ipv6.plan.naming import Names
from ipv6.plan.overlap import parse_many, unpack
from ipv6.plan.prefix import BITS, Prefix, parse
from ipv6.plan.profile import Profile, profile_of

HOST_LENGTH = 64


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field of the address: its digits and what they mean here; `state` is one of those of `ipv6.plan.layout`."""

    field: Field
    digits: str
    state: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """A claim around the address; `since` is UTC text or empty where the ledger gives no time."""

    prefix: str
    key: str
    parent: str
    meaning: str
    since: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An address or prefix explained; `claims` widest first, `notes` on codes and blocks. RFC 5952 text."""

    prefix: str
    profile: str
    fields: tuple[FieldReading, ...]
    claims: tuple[ClaimReading, ...]
    notes: tuple[str, ...]

    @property
    def allocated(self) -> bool:
        """Whether the innermost claim is exactly what was asked, or every field is accounted for by a claim."""
        return bool(self.claims) and self.claims[-1].prefix == self.prefix


def explain(
    inv: Inventory, ledger: Iterable[Claim], asked: Prefix, since: Mapping[str, str] | None = None
) -> Explanation:
    """The fields of `asked` under the inventory's profile; `since` maps ledger keys to UTC text.

    InputError when it lies in no received block and in no claim.
    """
    profile, names = profile_of(inv.addressing), Names(inv)
    held = tuple(ledger)
    around = _around(held, asked)
    given = _given(inv, asked)
    notes = (*given, *_edge_notes(inv, held, asked), *_block_notes(inv, profile, asked), *_code_notes(inv, around))
    if not around and not notes:
        fix = "the received blocks are in the environment's file"
        raise InputError(str(asked).removesuffix(f"/{BITS}"), "lies outside every allocation", fix)
    readings = tuple(
        ClaimReading(claim.prefix, claim.key, claim.parent, names.meaning(claim.key), (since or {}).get(claim.key, ""))
        for claim, _ in around
    )
    local = asked.first >> (BITS - 8) == LOCAL
    fields: tuple[Field, ...] = LOCAL_FIELDS if local else () if given and not around else layout(profile)
    reader = _Reader(inv, profile, asked.first, around, readings)
    table = tuple(reader.read(field) for field in fields if field.first_bit < asked.length)
    return Explanation(str(asked), "RFC 4193" if local else profile.name, table, readings, notes)


def _around(held: Sequence[Claim], asked: Prefix) -> list[tuple[Claim, Prefix]]:
    """Claims that contain what was asked, widest first, heirs after those whose space they were handed."""
    packed = parse_many([claim.prefix for claim in held], [f"ledger claim {claim.key}" for claim in held])
    every = zip(held, map(unpack, packed), strict=True)
    found = [(claim, prefix) for claim, prefix in every if prefix.contains(asked)]
    depth: dict[str, int] = {}
    parents = {claim.key: claim.parent for claim, _ in found}
    for key in parents:
        at, steps = key, 0
        while parents.get(at) in parents and steps <= len(parents):
            at, steps = parents[at], steps + 1
        depth[key] = steps
    return sorted(found, key=lambda one: (one[1].length, depth[one[0].key], one[0].key))


class _Reader:
    """Reads one address's fields, given the claims around it."""

    def __init__(
        self,
        inv: Inventory,
        profile: Profile,
        address: int,
        around: Sequence[tuple[Claim, Prefix]],
        readings: tuple[ClaimReading, ...],
    ) -> None:
        self._inv, self._profile, self._address = inv, profile, address
        self._around, self._readings = around, readings
        self._deepest = around[-1][1].length if around else 0
        self._innermost = readings[-1].key if readings else ""

    def read(self, field: Field) -> FieldReading:
        """The claim that ends in the field tells its meaning, else the layout and the region's code do."""
        ends = [
            reading
            for reading, (_, prefix) in zip(self._readings, self._around, strict=True)
            if field.first_bit < prefix.length <= field.last_bit + 1
        ]
        if ends:
            state = RESERVED if _kept(ends[-1].key) else CLAIMED
            return FieldReading(field, field.digits(self._address), state, ends[-1].meaning)
        return FieldReading(field, field.digits(self._address), *self._without_claim(field))

    def _without_claim(self, field: Field) -> tuple[str, str]:
        shape, inside = self._profile.shape, self._deepest > field.last_bit
        if field.first_bit == 0:
            return FIXED, "as received"
        if field.name_en == "plane":
            return (FIXED, "given by the received block") if inside else self._plane(field)
        if field.name_en in ("city", "county"):
            return self._region(field, inside)
        if _kept(self._innermost):
            return RESERVED, "inside space that is given to nobody"
        if self._innermost.startswith("org/") and not inside:
            return FIXED, "the organisation's own to number"
        if inside:
            state, meaning = self._profile.idle(field, self._address)
            return FIXED, meaning if state == FIXED else "digits of the claim below"
        if field.first_bit >= HOST_LENGTH:
            before = self._profile.fields[-2]
            fixed = self._deepest >= shape.region and self._profile.idle(before, self._address)[0] == FIXED
            return _host(self._address, self._deepest >= HOST_LENGTH or fixed)
        if field.first_bit >= shape.region and self._deepest < shape.region:
            return FREE, "inside a region that has no claim"
        return self._profile.idle(field, self._address)

    def _plane(self, field: Field) -> tuple[str, str]:
        """Before anything is planned the blocks tell the plane."""
        for block in self._inv.environment.blocks:
            if self._profile.plane(block).contains(Prefix(self._address, BITS)):
                return FIXED, f"plane {block.plane}"
        return FREE, f"no plane has the number {field.value(self._address):x} of this block"

    def _region(self, field: Field, inside: bool) -> tuple[str, str]:
        if not self._profile.spells_codes:
            if inside:
                return FIXED, "given by the received block"
            return FREE, f"no {field.name_en} has the value {field.value(self._address):x}"
        city, digits = f"{self._address >> 88 & 0xFF:02x}", field.digits(self._address)
        if not digits.isdigit():
            return OVERFLOW, "no code has a digit a-f: overflow pool"
        if not city.isdigit():
            return OVERFLOW, "below a byte of the overflow pool"
        province = self._inv.regions[0].code[:2] if self._inv.regions else ""
        code = f"{province}{city}{'00' if field.name_en == 'city' else digits}"
        region = self._inv.region_by_code.get(code)
        if region is None:
            return (FIXED, "given by the received block") if inside else (FREE, f"no region has the code {code}")
        return FREE if field.name_en == "county" and not inside else FIXED, f"{code} {region.name}"


def _kept(key: str) -> bool:
    return key.endswith("/reserved") or key.startswith("released/")


def _host(address: int, subnet_claimed: bool) -> tuple[str, str]:
    if address & ((1 << HOST_LENGTH) - 1) == 0:
        return FIXED, "all zeros: subnet-router anycast (RFC 4291, section 2.6.1), never given"
    return FREE, "no claim on this address" if subnet_claimed else "the subnet has no claim"


def _given(inv: Inventory, asked: Prefix) -> list[str]:
    """Links that somebody else numbered."""
    return [
        f"link {link.id} is numbered by the provider ({link.prefix6})"
        for link in inv.links.values()
        if link.prefix6 is not None and parse(str(link.prefix6)).contains(asked)
    ]


def _edge_notes(inv: Inventory, held: Sequence[Claim], asked: Prefix) -> list[str]:
    """The platform whose visitors enter its cluster there; such an address needs no claim of its own."""
    found = Lookup(inv, {claim.key: claim.prefix for claim in held})
    return [
        f"AAAA of the sites of {platform.name} lead here: the edge of its cluster, spelt like {platform.edge4}"
        for platform in inv.platforms
        if f"subnet/{platform.name}/{ENTRY_ZONE}" in (found.claims or ())
        and found.entered6(platform) == str(asked).removesuffix(f"/{BITS}")
    ]


def _block_notes(inv: Inventory, profile: Profile, asked: Prefix) -> list[str]:
    """The received block of the address's plane, or the one that is cut into planes and gave this part to none."""
    blocks = inv.environment.blocks
    for block in blocks:
        if profile.plane(block).contains(asked):
            name = f" {block.id}" if block.id else ""
            return [f"in the received block{name} {block.prefix} of plane {block.plane} ({block.source})"]
    wide = next((block for block in blocks if parse(str(block.prefix)).contains(asked)), None)
    return [f"in the received block {wide.prefix} ({wide.source}), in no plane"] if wide else []


def _code_notes(inv: Inventory, around: list[tuple[Claim, Prefix]]) -> list[str]:
    """What became of the codes that the claims around name; both codes of a recoded region stay taken."""
    former, found = Forebears(inv.regions), []
    for claim, _ in around:
        kind, _, rest = claim.key.partition("/")
        if kind not in ("region", "org") or claim.key.count("/") < 2:
            continue
        code = rest.split("/")[1]
        region, first = inv.region_by_code.get(code), former.first(code)
        old = inv.region_by_code.get(first)
        if region is not None and old is not None and first != code:
            found.append(
                f"{code} {region.name} was {first} {old.name} until {old.valid_to}: "
                f"it keeps the place of {first} for ever, both codes stay taken"
            )
        if region is not None and region.successor and (after := inv.region_by_code.get(region.successor)):
            found.append(f"{code} {region.name} became {after.code} {after.name} in {region.valid_to}")
    return list(dict.fromkeys(found))
