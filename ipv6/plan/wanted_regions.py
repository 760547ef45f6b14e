"""The claims of planes, cities, regions, areas and organisations: which block each belongs to, and its forebears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inventory.environment import Block
from inventory.errors import InputError
from inventory.model import Inventory, Region
from inventory.vocab import Level, Plane
from ipv6.plan.choice import Fixed, itself
from ipv6.plan.forebears import Forebears
from ipv6.plan.prefix import Prefix
from ipv6.plan.profile import Profile
from ipv6.plan.want import Wanted


def region_key(plane: Plane, code: str) -> str:
    """Ledger key of a region in a plane."""
    return f"region/{plane}/{code}"


def block_key(block: Block) -> str:
    """Ledger key of a received block; the main one of a plane has the plane's name alone."""
    return f"plane/{block.plane}/{block.id}" if block.id else f"plane/{block.plane}"


class RegionWants:
    """Wants of everything above the platforms; `held` is the ledger by key.

    Policy of blocks: those bound to the region first, then the main one, then the others; each group by id.
    """

    def __init__(self, inv: Inventory, profile: Profile, held: Mapping[str, Prefix]) -> None:
        self._inv, self._profile, self._held = inv, profile, held
        self._former = Forebears(inv.regions)
        self._spares: dict[tuple[Plane, str], tuple[Wanted, ...]] = {}
        self._planes = {block_key(block): profile.plane(block) for block in inv.environment.blocks}
        self._areas = {area.id: area for area in inv.addressing.areas}

    def all(self) -> Iterator[Wanted]:
        """Every want from the planes down to the organisations."""
        for key, prefix in self._planes.items():
            yield Wanted(0, key, "", Fixed(lambda _, prefix=prefix: prefix))  # type: ignore[misc]
        for plane in sorted({block.plane for block in self._inv.environment.blocks}):
            yield from self._regions(plane)
        yield from self._area_wants()
        yield from self._organisations()

    def spares(self, plane: Plane, code: str) -> tuple[Wanted, ...]:
        """The region's places in further blocks, for pools that are full in its first one."""
        if (plane, code) not in self._spares:
            self._spares[plane, code] = tuple(self._further(plane, code))
        return self._spares[plane, code]

    def _regions(self, plane: Plane) -> Iterator[Wanted]:
        """A recoded region keeps its first code's digits for ever; its new digits, and absorbed ones', stay taken."""
        for region in self._inv.regions:
            key = region_key(plane, region.code)
            if region.successor or region.valid_to:
                if self._former.absorbed(region) and (self._profile.spells_codes or key in self._held):
                    yield self._region(plane, region.code, region.code)
                continue
            first = self._former.first(region.code)
            older = (region_key(plane, code) for code in self._former.recoded(region.code))
            if old_key := next((one for one in older if one in self._held), ""):
                yield Wanted(3, key, old_key, Fixed(itself))
            else:
                yield self._region(plane, region.code, first)
            if first != region.code and self._profile.spells_codes:
                yield from self._reserved(plane, region.code)

    def _region(self, plane: Plane, code: str, digits: str) -> Wanted:
        first, *others = self._blocks(plane, code)
        city = self._city_in(first, code)
        spares = tuple(self._parent_in(block, code) for block in others)
        if city is not None:
            return Wanted(2, region_key(plane, code), city.key, self._profile.region(digits), spares, city)
        return Wanted(2, region_key(plane, code), block_key(first), self._profile.region(digits), spares)

    def _reserved(self, plane: Plane, code: str) -> Iterator[Wanted]:
        """A ledger that already gave the new digits to the region keeps them: then nothing is left to reserve."""
        block = self._blocks(plane, code)[0]
        parent, choice = self._planes[block_key(block)], self._profile.region(code)
        if isinstance(choice, Fixed) and parent.length < self._profile.shape.region:
            own = choice.place(parent)
            if self._held.get(region_key(plane, code)) != own:
                yield Wanted(2, f"{region_key(plane, code)}/reserved", block_key(block), choice)

    def _further(self, plane: Plane, code: str) -> Iterator[Wanted]:
        region = self._held.get(region_key(plane, code))
        blocks = self._blocks(plane, code)
        homes = [block for block in blocks if region and self._planes[block_key(block)].contains(region)]
        for block in blocks:
            if block not in (homes or blocks[:1]):
                above = self._city_in(block, code)
                key = f"{region_key(plane, code)}/in/{block.id or 'main'}"
                parent = above.key if above else block_key(block)
                yield Wanted(2, key, parent, self._profile.region(self._former.first(code)), (), above)

    def _blocks(self, plane: Plane, code: str) -> list[Block]:
        """The plane's blocks that may hold the region, in the order of policy."""
        home = _city_of(code)
        bound: list[Block] = []
        free: list[Block] = []
        for block in self._inv.environment.blocks:
            if block.plane == plane and block.regions:
                fits = code in block.regions or (
                    home in block.regions and block.prefix.prefixlen < self._profile.shape.region
                )
                bound += [block] if fits else []
            elif block.plane == plane:
                free.append(block)
        if not bound and not free:
            raise InputError(f"plane {plane}", f"no received block may hold region {code}", "add a main block")
        return [*sorted(bound, key=lambda block: block.id), *sorted(free, key=lambda block: block.id)]

    def _city_in(self, block: Block, code: str) -> Wanted | None:
        """The claim of the region's city in a block; None where the profile or the block has none."""
        choice = self._profile.city(_city_of(code))
        if choice is None or self._planes[block_key(block)].length >= self._profile.shape.city:
            return None
        plane = block.plane
        # Only the first block that may hold the city gives its key; in the others the key names the block.
        first, *others = [one for one in self._blocks(plane, _city_of(code)) if not self._small(one)]
        if block == first:
            spares = tuple(Wanted(0, block_key(one), "", Fixed(itself)) for one in others)
            return Wanted(1, f"city/{plane}/{_city_of(code)}", block_key(block), choice, spares)
        return Wanted(1, f"city/{plane}/{_city_of(code)}/in/{block.id or 'main'}", block_key(block), choice)

    def _parent_in(self, block: Block, code: str) -> Wanted:
        return self._city_in(block, code) or Wanted(0, block_key(block), "", Fixed(itself))

    def _small(self, block: Block) -> bool:
        return self._planes[block_key(block)].length >= self._profile.shape.city

    def _area_wants(self) -> Iterator[Wanted]:
        for area in self._inv.addressing.areas:
            for plane in area.planes:
                region = self._profile.shape.region
                first, *others = [one for one in self._blocks(plane, area.parent) if one.prefix.prefixlen < region]
                key = f"area/{plane}/{area.parent}/{area.id}"
                if old := self._handed(f"area/{plane}/{{}}/{area.id}", area.parent):
                    yield Wanted(3, key, old, Fixed(itself))
                    continue
                above = self._city_in(first, area.parent)
                spares = tuple(self._parent_in(block, area.parent) for block in others)
                parent = above.key if above else block_key(first)
                yield Wanted(3, key, parent, self._profile.area(area.parent), spares, above)

    def _organisations(self) -> Iterator[Wanted]:
        """A /56 below the region (or area), sparse; one whose region was recoded or absorbed is handed on."""
        choice = self._profile.organisation()
        for one in self._inv.organisations:
            key = f"org/{one.plane}/{one.region}/{one.id}"
            area = self._areas.get(one.region)
            if area is not None:
                yield Wanted(4, key, f"area/{one.plane}/{area.parent}/{area.id}", choice)
            elif old := self._handed(f"org/{one.plane}/{{}}/{one.id}", one.region):
                yield Wanted(4, key, old, Fixed(itself))
            else:
                yield Wanted(4, key, region_key(one.plane, one.region), choice, self.spares(one.plane, one.region))

    def _handed(self, form: str, code: str) -> str:
        """The key that the same thing has under a former code; "" when the ledger holds none."""
        return next((key for old in self._former.all(code) if (key := form.format(old)) in self._held), "")


def _city_of(code: str) -> str:
    return f"{code[:4]}00"


def is_current(region: Region) -> bool:
    """Whether the code is in force."""
    return not region.successor and not region.valid_to


def cities(inv: Inventory) -> tuple[Region, ...]:
    """The province and its cities in force, by code."""
    found = (region for region in inv.regions if is_current(region) and region.level != Level.COUNTY)
    return tuple(sorted(found, key=lambda region: region.code))
