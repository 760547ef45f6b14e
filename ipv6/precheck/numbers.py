"""Addresses and prefixes as plain integers, and sets of them as sorted, disjoint, closed intervals; pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from operator import itemgetter

Interval = tuple[int, int]
Ranges = tuple[Interval, ...]
"""Closed intervals, sorted, disjoint and not adjacent."""

BITS = {4: 32, 6: 128}
TOP = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
ALL: dict[int, Ranges] = {4: ((0, TOP[4]),), 6: ((0, TOP[6]),)}
PORTS: Ranges = ((0, 65535),)
PROTOCOLS: Ranges = ((0, 255),)


_GROUPS = re.compile("[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*")
_OCTET = {str(number): number for number in range(256)}
_LENGTH = {str(number): number for number in range(129)}


class BadNumber(ValueError):
    """A text that is neither an address nor a prefix."""


@lru_cache(maxsize=1 << 17)
def _groups(text: str) -> tuple[int, int]:
    """The number that groups of an IPv6 address make, and how many they are; ValueError for anything else."""
    if not _GROUPS.fullmatch(text):
        raise ValueError(text)
    number, found = 0, text.split(":")
    for one in found:
        number = number << 16 | int(one, 16)
    return number, len(found)


@lru_cache(maxsize=1 << 16)
def _octets(text: str) -> int:
    """The number that three octets make; KeyError for anything else."""
    a, b, c = text.split(".")
    return _OCTET[a] << 16 | _OCTET[b] << 8 | _OCTET[c]


def _address(text: str) -> tuple[int, int]:
    """(family, number) of an address; BadNumber otherwise.

    Addresses of one network differ in what they end with: what is before it is read once.
    """
    try:
        if ":" not in text:
            head, _, last = text.rpartition(".")
            return 4, _octets(head) << 8 | _OCTET[last]
        if text.endswith("::"):
            head, colon, last = text[:-2].rpartition(":")
            high, count = _groups(head) if colon else (0, 0)
            if count < 7:
                return 6, (high << 16 | _groups(last)[0]) << (112 - 16 * count)
        head, gap, last = text.partition("::")
        high, before = _groups(head) if head else (0, 0)
        low, after = _groups(last) if last else (0, 0)
        if before + after < 8 if gap else before == 8:
            return 6, high << 128 - 16 * before | low
    except (KeyError, ValueError):
        pass
    try:
        found = ip_address(text)
    except ValueError as error:
        raise BadNumber(f"{text!r} is not an address") from error
    return found.version, int(found)


address = lru_cache(maxsize=1 << 18)(_address)


def whole(text: str) -> tuple[int, int, int, int]:
    """(family, first, last, length) of `address/length` (host bits are cut off); a bare address is one host.

    Nothing is remembered; BadNumber for what is neither.
    """
    head, slash, tail = text.partition("/")
    version, number = _address(head)
    bits = BITS[version]
    length = _LENGTH.get(tail, 129) if slash else bits
    if length > bits:
        raise BadNumber(f"{text!r} has no such length")
    rest = bits - length
    first = number >> rest << rest
    return version, first, first + (1 << rest) - 1, length


prefix = lru_cache(maxsize=1 << 18)(whole)


def span(version: int, number: int, length: int) -> Interval:
    """First and last number of the prefix of that length around a number."""
    mask = (1 << (BITS[version] - length)) - 1
    return number & ~mask, number | mask


@lru_cache(maxsize=4096)
def mask_length(text: str) -> int:
    """Length of a dotted netmask or of a plain number; BadNumber for a mask with gaps."""
    if text.isascii() and text.isdecimal() and int(text) <= 128:
        return int(text)
    version, number = address(text)
    hosts = ~number & TOP[4]
    if version != 4 or hosts & (hosts + 1):
        raise BadNumber(f"{text!r} is not a netmask")
    return 32 - hosts.bit_length()


@lru_cache(maxsize=4096)
def wildcard_length(text: str) -> int:
    """Length of an inverse mask (`0.0.0.255` or `0`); BadNumber for one with gaps."""
    number = 0 if text == "0" else address(text)[1]
    if number & (number + 1) or number > TOP[4]:
        raise BadNumber(f"{text!r} is not a contiguous wildcard")
    return 32 - number.bit_length()


def show(version: int, number: int) -> str:
    """The canonical text of an address (RFC 5952 for IPv6)."""
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))


def show_prefix(version: int, first: int, last: int) -> str:
    """A prefix text where the interval is one prefix, else `first-last`."""
    size = last - first + 1
    if size & (size - 1) == 0 and first % size == 0:
        return f"{show(version, first)}/{BITS[version] - size.bit_length() + 1}"
    return f"{show(version, first)}-{show(version, last)}"


def union(intervals: Iterable[Interval]) -> Ranges:
    """Any intervals as Ranges."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1] + 1:
            if high > found[-1][1]:
                found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return tuple(found)


def intersect(left: Ranges, right: Ranges) -> Ranges:
    """What lies in both."""
    found: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low <= high:
            found.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


_last = itemgetter(1)


def minus(left: Ranges, right: Ranges) -> Ranges:
    """What lies in `left` only."""
    found: list[Interval] = []
    for low, high in left:
        for at in range(bisect_left(right, low, key=_last), len(right)):
            cut_low, cut_high = right[at]
            if cut_low > high:
                break
            if cut_low > low:
                found.append((low, cut_low - 1))
            low = cut_high + 1
        if low <= high:
            found.append((low, high))
    return tuple(found)


def within(number: int, ranges: Ranges) -> bool:
    """Whether the number lies in one of the intervals."""
    at = bisect_left(ranges, number, key=_last)
    return at < len(ranges) and ranges[at][0] <= number


UNROUTED: dict[int, Ranges] = {
    4: union(prefix(text)[1:3] for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")),
    6: union(prefix(text)[1:3] for text in ("::/127", "fe80::/10", "ff00::/8")),
}
"""What no router forwards as a source or a target: RFC 1122 3.2.1.3, RFC 3927, RFC 5771; RFC 4291 2.5.2, 2.5.6, 2.7."""
ROUTED: dict[int, Ranges] = {version: minus(ALL[version], UNROUTED[version]) for version in (4, 6)}
