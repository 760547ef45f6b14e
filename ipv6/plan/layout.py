"""The bit fields of an address under a profile, as one pure value for explanations, diagrams and documents.

Names follow the order of GB/T 46285-2025: 地址类型标识符, 地域标识符, 子网空间标识符, 接口标识符.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ipv6.plan.prefix import BITS

TYPE, REGION, SUBNET, INTERFACE = "地址类型标识符", "地域标识符", "子网空间标识符", "接口标识符"
"""The four identifiers of GB/T 46285-2025, clause 5.1, from the left."""


CLAIMED, RESERVED, OVERFLOW, FIXED, FREE = "allocated", "reserved", "overflow", "fixed", "free"
"""States of a field: a claim ends in it; kept for a code; bytes that no code spells; the layout's own meaning; free."""


@dataclass(frozen=True, slots=True)
class Field:
    """Bits `first_bit` to `last_bit` of an address, both counted from the left and included (0 to 127).

    `name_zh` starts with the identifier of GB/T 46285 that the field is part of; `meaning` is English text.
    """

    name_zh: str
    name_en: str
    first_bit: int
    last_bit: int
    meaning: str

    @property
    def bits(self) -> int:
        """How many bits wide."""
        return self.last_bit - self.first_bit + 1

    def value(self, address: int) -> int:
        """The field's number in an address."""
        return address >> (BITS - 1 - self.last_bit) & ((1 << self.bits) - 1)

    def digits(self, address: int) -> str:
        """The field's hexadecimal digits; every field begins and ends on a nibble."""
        return f"{self.value(address):0{self.bits // 4}x}"


class Layered(Protocol):
    """Anything that says which fields its addresses have."""

    @property
    def fields(self) -> tuple[Field, ...]: ...


def layout(profile: Layered) -> tuple[Field, ...]:
    """The fields of a profile, left to right: they touch, begin at bit 0, end at bit 127, all on nibbles.

    ValueError when a profile's table breaks that.
    """
    at = 0
    for field in profile.fields:
        if field.first_bit != at or field.bits <= 0 or field.bits % 4:
            raise ValueError(f"field {field.name_en} does not begin at bit {at} on whole nibbles")
        at = field.last_bit + 1
    if at != BITS:
        raise ValueError(f"the fields end at bit {at - 1}, not {BITS - 1}")
    return profile.fields
