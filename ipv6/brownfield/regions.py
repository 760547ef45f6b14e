"""Regions by code or by the name people write in a column: 430121, 长沙县, 长沙市岳麓区, changsha."""

from __future__ import annotations

from functools import lru_cache

from inventory.model import Inventory
from inventory.vocab import Level
from ipv6.brownfield.text import key

_SUFFIXES = ("土家族苗族自治州", "自治县", "自治州", "市", "县", "区", "省")


class Regions:
    """The regions in force, by every word for them."""

    def __init__(self, inv: Inventory) -> None:
        self._by_code = inv.region_by_code
        self._exact: dict[str, str] = {}
        self._names: list[tuple[str, str]] = []
        for region in inv.regions:
            code = self._current(region.code)
            self._exact.setdefault(region.code, code)
            self._exact.setdefault(key(region.name), code)
            self._names.append((key(region.name), code))
        for region in inv.regions:
            for suffix in _SUFFIXES:
                if region.name.endswith(suffix) and len(region.name) - len(suffix) >= 2:
                    short = key(region.name.removesuffix(suffix))
                    self._exact.setdefault(short, self._current(region.code))
                    break
        for platform in inv.platforms:
            self._exact.setdefault(platform.name, platform.code)
        self._names.sort(key=lambda pair: -len(pair[0]))
        self.code = lru_cache(maxsize=4096)(self._code)

    def _current(self, code: str) -> str:
        """The code in force of a region that was recoded."""
        seen = set()
        while (region := self._by_code.get(code)) and region.successor and code not in seen:
            seen.add(code)
            code = region.successor
        return code

    def _code(self, word: str) -> str:
        """The code of the smallest region the word names; "" when it names none, or several that do not nest."""
        plain = key(word)
        if not plain:
            return ""
        if plain in self._exact:
            return self._exact[plain]
        inside = {code for name, code in self._names if name in plain}
        counties = [code for code in inside if self._by_code[code].level is Level.COUNTY]
        if len(counties) == 1:
            return counties[0]
        cities = [code for code in inside if self._by_code[code].level is Level.CITY]
        nested = [code for code in counties if self._by_code[code].parent in cities]
        if len(nested) == 1:
            return nested[0]
        return cities[0] if len(cities) == 1 and not counties else ""

    def city(self, code: str) -> str:
        """The city (or the province) a region belongs to; "" for no region."""
        region = self._by_code.get(code)
        if region is None:
            return ""
        return region.parent if region.level is Level.COUNTY else code

    def name(self, code: str) -> str:
        """The region's name; "" for no region."""
        region = self._by_code.get(code)
        return region.name if region else ""
