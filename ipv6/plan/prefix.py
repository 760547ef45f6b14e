"""An IPv6 prefix as two plain integers; text only at the edges (`ipaddress` parses, RFC 5952 form comes out)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address, IPv6Network, NetmaskValueError

from inventory.errors import InputError

BITS = 128


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """`length` leading bits of `first`; host bits are zero (the makers below see to it)."""

    first: int
    length: int

    @property
    def last(self) -> int:
        """The highest address inside."""
        return self.first | ((1 << (BITS - self.length)) - 1)

    def __str__(self) -> str:
        return f"{IPv6Address(self.first)}/{self.length}"

    def contains(self, other: Prefix) -> bool:
        """Whether `other` lies inside (or is equal)."""
        return self.length <= other.length and self.first <= other.first <= self.last

    def child(self, length: int, index: int) -> Prefix:
        """Subnet number `index` of that length; ValueError when there is no such subnet."""
        if not self.length <= length <= BITS or not 0 <= index < 1 << (length - self.length):
            raise ValueError(f"{self} has no /{length} number {index}")
        return Prefix(self.first | index << (BITS - length), length)

    def host(self, identifier: int) -> Prefix:
        """The /128 with that interface identifier; 0 is the subnet-router anycast address (RFC 4291, 2.6.1)."""
        if identifier == 0:
            raise ValueError(f"{self} keeps interface identifier 0 for subnet-router anycast")
        return self.child(BITS, identifier)


def parse(text: str, place: str = "ledger") -> Prefix:
    """Read `address/length`; InputError at `place` for bad text or host bits."""
    try:
        if "%" in text:
            raise ValueError("a zone index belongs to a port, not to a prefix")
        network = IPv6Network(text, strict=False)
        exact = IPv6Address(text.split("/", 1)[0]) == network.network_address
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise InputError(place, f"{text!r} is not an IPv6 prefix", "write address/length, e.g. 3fff:10::/32") from error
    if not exact:
        raise InputError(place, f"prefix {text} has host bits set", f"write {network}")
    return Prefix(int(network.network_address), network.prefixlen)


def address_of(prefix: str) -> str:
    """The address part of `address/length` text."""
    return prefix.split("/", 1)[0]
