"""What a change of the division would do to the plan, computed on copies: nothing is written; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import InputError
from inventory.model import Inventory, Region
from inventory.vocab import Level
from ipv6.change.model import Claim
from ipv6.plan.plan import make_plan
from ipv6.plan.wanted_regions import is_current


@dataclass(frozen=True, slots=True)
class Effect:
    """What would change: claims to be made (`new`) and those that stay with the region (`kept`), and what to edit.

    No claim is ever moved; `handed` counts new keys that take over a prefix as it is.
    """

    new: tuple[Claim, ...]
    kept: tuple[Claim, ...]
    handed: int
    notes: tuple[str, ...]


def add_county(inv: Inventory, ledger: Sequence[Claim], code: str, parent: str) -> Effect:
    """A county that does not exist yet; InputError for a code that is or was taken, or that is not its parent's."""
    _check_new(inv, code, parent)
    region = Region(code=code, name="?", level=Level.COUNTY, parent=parent)
    before, after = make_plan(inv, ledger), make_plan(_changed(inv, regions=(*inv.regions, region)), ledger)
    known = before.by_key
    new = tuple(claim for claim in after.new if claim.key not in known)
    notes = (
        f"{len(new)} claims would be made, {len(known)} stay as they are",
        f"add {code} to regions.csv; rule `regions` counts the counties in force",
    )
    return Effect(new, (), 0, notes)


def merge(inv: Inventory, ledger: Sequence[Claim], code: str, into: str, month: str) -> Effect:
    """County `code` is taken in by `into` from `month` (2026-01); its space stays with what is in it.

    InputError unless both are counties in force of one city and no organisation's id is in both.
    """
    gone, stays = _county(inv, code), _county(inv, into)
    if gone.parent != stays.parent or code == into:
        raise InputError(code, f"cannot be merged into {into}", "name two counties of one city")
    ids = {(one.plane, one.id) for one in inv.organisations if one.region == into}
    twice = sorted(one.id for one in inv.organisations if one.region == code and (one.plane, one.id) in ids)
    if twice:
        cause = f"organisations {', '.join(twice)} exist in {into} too"
        raise InputError(code, cause, "give them other ids there before the merger")
    regions = tuple(
        one.model_copy(update={"valid_to": month, "successor": into}) if one.code == code else one
        for one in inv.regions
    )
    units = tuple(one.model_copy(update={"region": into}) if one.region == code else one for one in inv.organisations)
    before = make_plan(inv, ledger)
    after = make_plan(_changed(inv, regions=regions, organisations=units), before.claims)
    kept = _below(before.claims, code)
    prefixes = {claim.prefix for claim in kept}
    handed = sum(claim.prefix in prefixes for claim in after.new)
    return Effect(after.new, kept, handed, tuple(_merge_notes(inv, gone, stays, month, len(kept))))


def _merge_notes(inv: Inventory, gone: Region, stays: Region, month: str, kept: int) -> list[str]:
    found = [
        f"{kept} claims of {gone.code} {gone.name} stay where they are; its digits are never given again",
        f"regions.csv: {gone.code} gets valid_to {month} and successor {stays.code}",
    ]
    devices = sorted(device.name for device in inv.devices.values() if device.region == gone.code)
    if devices:
        found.append(f"devices to write {stays.code} for: {', '.join(devices)}")
    links = sorted(link.id for link in inv.links.values() if link.owner == gone.code)
    if links:
        found.append(f"links to write {stays.code} for: {', '.join(links)}")
    units = sorted(one.id for one in inv.organisations if one.region == gone.code)
    if units:
        found.append(f"organisations to write {stays.code} for: {', '.join(units)}")
    return found


def _below(claims: Sequence[Claim], code: str) -> tuple[Claim, ...]:
    """The region's claims and everything below them."""
    parents = {claim.key: claim.parent for claim in claims}
    roots = {key for key in parents if key.startswith("region/") and key.split("/")[2:3] == [code]}

    def is_below(key: str) -> bool:
        for _ in range(len(parents)):
            if key in roots:
                return True
            key = parents.get(key, "")
            if not key:
                return False
        return False

    return tuple(claim for claim in claims if is_below(claim.key))


def _check_new(inv: Inventory, code: str, parent: str) -> None:
    if len(code) != 6 or not code.isascii() or not code.isdigit() or code.endswith("00"):
        raise InputError(code, "is not the code of a county", "write six digits of GB/T 2260 that do not end in 00")
    known = inv.region_by_code.get(code)
    if known is not None and not is_current(known):
        cause = f"was {known.name} until {known.valid_to}: its digits stay taken for ever"
        raise InputError(code, cause, "a new county needs a code of its own")
    if known is not None:
        raise InputError(code, f"is {known.name} already", "choose a code that is not in regions.csv")
    above = inv.region_by_code.get(parent)
    if above is None or not is_current(above) or above.level != Level.CITY:
        raise InputError(parent, "is no city in force", "name the city by its code in regions.csv")
    if code[:4] != parent[:4]:
        raise InputError(code, f"does not begin like its city {parent}", f"write {parent[:4]}..")


def _county(inv: Inventory, code: str) -> Region:
    region = inv.region_by_code.get(code)
    if region is None or not is_current(region) or region.level != Level.COUNTY:
        raise InputError(code, "is no county in force", "name a county by its code in regions.csv")
    return region


def _changed(inv: Inventory, **updates: object) -> Inventory:
    """A new inventory: `model_copy` would carry the look-ups cached in the old one along."""
    fields = {name: getattr(inv, name) for name in type(inv).model_fields}
    return type(inv)(**(fields | updates))
