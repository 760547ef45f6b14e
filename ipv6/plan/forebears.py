"""Former codes of regions: which one a region had first, and which regions it took in."""

from __future__ import annotations

from collections.abc import Iterable

from inventory.errors import InputError
from inventory.model import Region


class Forebears:
    """Chains of former codes.

    A region is *recoded* when its successor began in the month it ended: same place, new digits. It is *absorbed* when
    its successor is older or has the digits of another one: then its own prefix stays taken beside the successor's.
    """

    def __init__(self, regions: Iterable[Region]) -> None:
        by_code = {region.code: region for region in regions}
        self._recoded: dict[str, str] = {}
        self._into: dict[str, list[str]] = {}
        self._absorbed: set[str] = set()
        for region in sorted(by_code.values(), key=lambda one: one.code):
            after = by_code.get(region.successor)
            if after is None:
                continue
            self._into.setdefault(after.code, []).append(region.code)
            same_month = after.valid_from == region.valid_to or not region.valid_to
            if same_month and after.code not in self._recoded:
                self._recoded[after.code] = region.code
            else:
                self._absorbed.add(region.code)

    def first(self, code: str) -> str:
        """The code whose digits the region has for ever; InputError for a circle."""
        return (code, *self.recoded(code))[-1]

    def recoded(self, code: str) -> tuple[str, ...]:
        """The codes that the same region had before, the latest first; InputError for a circle."""
        found = [code]
        while found[-1] in self._recoded:
            before = self._recoded[found[-1]]
            if before in found:
                raise InputError(f"region {before}", "its successors form a circle", "fix the successor column")
            found.append(before)
        return tuple(found[1:])

    def absorbed(self, region: Region) -> bool:
        """Whether another region took this one in."""
        return region.code in self._absorbed

    def all(self, code: str) -> tuple[str, ...]:
        """Every former code that leads to this one, recoded or absorbed, nearest first."""
        found: list[str] = []
        todo = list(self._into.get(code, ()))
        while todo:
            one = todo.pop(0)
            if one not in found and one != code:
                found.append(one)
                todo += self._into.get(one, ())
        return tuple(found)
