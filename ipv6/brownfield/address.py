"""Addresses, prefixes and ranges in every form people write them; what is ambiguous is refused with a fix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ipv6.brownfield.text import fold

EMPTY = frozenset(
    {"", "-", "--", "/", "\\", "无", "空", "n/a", "na", "none", "null", "未分配", "未使用", "待定", "暂无", "待分配",
     "不涉及", "没有", "tbd", "*"}
)  # fmt: skip
"""Words that say there is no address."""

_FOUR = r"\d{1,3}(?:\.\d{1,3}){3}"
_SIX = r"[0-9a-f:]*:[0-9a-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?"
_RANGE = re.compile(rf"^({_FOUR}|{_SIX})(?:/(\d{{1,3}}))?(?:-+|~+)({_FOUR}|{_SIX}|\d{{1,3}})(?:/(\d{{1,3}}))?$")
_MASKED = re.compile(rf"^({_FOUR}|{_SIX})(?:/|\s)({_FOUR}|\d{{1,3}})$")
_MASK = re.compile(r"\d{1,3}|(?:0|128|192|224|240|248|252|254|255)(?:\.\d{1,3}){3}")
_STAR = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){0,2})((?:\.[x*])+)$")
_SPACES = re.compile(r"[^\S\n\r]+")
_LONGEST = 100
"""Characters of one address, prefix or range; the longest IPv6 range with lengths has 87."""
_SPLIT = re.compile(r"[;,\n\r]+|和|及")
_JOIN = ((re.compile(r"\s*(?:至|到|\bto\b)\s*"), "-"), (re.compile(r"\s*(?:掩码|netmask|mask)\s*:?\s*"), "/"),
         (re.compile(r"\s*([/~.-])\s*"), r"\1"))  # fmt: skip
_LABEL = re.compile(r"(?:^|(?<=\s))(?:ipv?[46]?(?:地址)?|内网|外网|公网|地址|ip)\s*:\s*(?=[0-9a-f:.]+)", re.IGNORECASE)


class Unreadable(ValueError):
    """A text that is no address: `cause` and `fix` for people."""

    def __init__(self, cause: str, fix: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive addresses; `length` is the prefix length that was written (None for bare addresses and ranges)."""

    family: int
    first: int
    last: int
    length: int | None = None
    host: int | None = None
    """The address itself where one address was written, with or without a length."""

    @property
    def value(self) -> str:
        """Canonical text: `address`, `address/length`, `prefix` or `first-last`."""
        if self.host is not None:
            return _text(self.family, self.host) + ("" if self.length is None else f"/{self.length}")
        if self.length is not None:
            return f"{_text(self.family, self.first)}/{self.length}"
        return f"{_text(self.family, self.first)}-{_text(self.family, self.last)}"

    @property
    def kind(self) -> str:
        """`address`, `prefix` or `range`."""
        return "address" if self.host is not None else "prefix" if self.length is not None else "range"


def spans(text: str, mask: str = "") -> list[Span]:
    """Everything a cell says, in order; `mask` is the neighbouring mask cell ("" for none).

    A prefix with host bits zero is a prefix, any other `address/length` one address in its network. Empty for words
    that mean nothing is there. Raises Unreadable at the first part that is no address.
    """
    plain = _SPACES.sub(" ", fold(text).strip().lower())
    if plain in EMPTY:
        return []
    shared = fold(mask).strip().lower()
    found = []
    for part in _parts(plain):
        if shared not in EMPTY and re.fullmatch(rf"{_FOUR}|{_SIX}", part):
            part = f"{part}/{shared.lstrip('/')}"
        found.append(_one(part))
    return found


def _parts(plain: str) -> list[str]:
    """The single addresses of a cell; a space stands between two of them, or between one and its mask."""
    found = []
    for part in _SPLIT.split(plain):
        part = _LABEL.sub("", part.strip().strip("()[]'\"")).strip()
        if part in EMPTY:
            continue
        for pattern, sign in _JOIN:
            part = pattern.sub(sign, part)
        words = part.split()
        if len(words) == 2 and _MASK.fullmatch(words[1]):
            found.append(part)
        else:
            found += [word for word in words if word not in EMPTY]
    return found


def interface_span(address: str, mask: str = "") -> Span:
    """The address of an interface, even where its host bits are zero (/31, /127); raises Unreadable."""
    text = fold(address).strip().lower()
    whole = f"{text}/{fold(mask).strip()}" if mask else text
    span = _one(whole)
    if span.kind == "range":
        raise Unreadable(f"{address} is a range, not an address of an interface", "write one address")
    host = span.host if span.host is not None else int(ip_address(whole.split("/")[0].strip()))
    return Span(span.family, span.first, span.last, span.length, host)


@lru_cache(maxsize=1 << 16)  # one value is asked for by several look-ups in a row
def bounds(kind: str, value: str) -> tuple[int, int, int]:
    """Family, first and last address of a use's canonical value as integers; an address is itself alone."""
    if kind == "range":
        first, last = (ip_address(one) for one in value.split("-"))
        return first.version, int(first), int(last)
    if kind == "address":
        one = ip_address(value.partition("/")[0])
        return one.version, int(one), int(one)
    network = ip_network(value)
    return network.version, int(network.network_address), int(network.broadcast_address)


def _one(part: str) -> Span:
    if len(part) > _LONGEST:  # also keeps the patterns below from working long on what cannot fit
        raise Unreadable(f"{_show(part)} is too long for an address", "give each address its own row")
    if "%" in part:
        raise Unreadable(f"{_show(part)} names an interface with %", "write the address alone")
    if match := _STAR.match(part):
        octets = match[1].split(".")
        if len(octets) + match[2].count(".") != 4:
            raise Unreadable(f"{_show(part)} is not an address", "write a prefix like 10.1.16.0/24")
        return _prefix(".".join([*octets, *["0"] * (4 - len(octets))]), str(8 * len(octets)), part)
    if match := _RANGE.match(part):
        return _range(match, part)
    if match := _MASKED.match(part):
        return _prefix(match[1], match[2], part)
    address = _address(part, part)
    return Span(address.version, int(address), int(address), None, int(address))


def _range(match: re.Match[str], part: str) -> Span:
    first = _address(match[1], part)
    tail = match[3]
    if tail.isdigit() and first.version == 4:
        tail = f"{match[1].rpartition('.')[0]}.{tail}"
    last = _address(tail, part)
    if first.version != last.version:
        raise Unreadable(f"{_show(part)} goes from one family to the other", "write both ends in one family")
    if int(last) < int(first):
        raise Unreadable(f"{_show(part)} ends before it begins", f"write {last}-{first}")
    if match[2] and match[4] and match[2] != match[4]:
        raise Unreadable(f"{_show(part)} has two prefix lengths", "write the range without lengths")
    return Span(first.version, int(first), int(last))


def _prefix(address: str, mask: str, part: str) -> Span:
    one = _address(address, part)
    if "." in mask:
        mask = str(_mask_length(mask, one.version, part))
    if int(mask) > one.max_prefixlen:
        raise Unreadable(
            f"{_show(part)}: a length of {mask} is too long for IPv{one.version}", f"use 0 to {one.max_prefixlen}"
        )
    network = ip_network(f"{one}/{int(mask)}", strict=False)
    first, last, length = int(network.network_address), int(network.broadcast_address), network.prefixlen
    host = None if first == int(one) and length < one.max_prefixlen else int(one)
    return Span(one.version, first, last, length, host)


def _mask_length(mask: str, family: int, part: str) -> int:
    if family == 6:
        raise Unreadable(f"{_show(part)}: an IPv6 prefix has no dotted mask", "write a length like /64")
    value = int(_address(mask, part))
    length = value.bit_count()
    if value == (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        return length
    inverse = value ^ 0xFFFFFFFF
    if inverse == (0xFFFFFFFF << (32 - inverse.bit_count())) & 0xFFFFFFFF:
        raise Unreadable(f"{mask} is a wildcard, not a mask", f"write /{inverse.bit_count()}")
    raise Unreadable(f"{mask} is not a mask: its ones are not together", "write a length like /24")


def _address(text: str, part: str) -> IPv4Address | IPv6Address:
    try:
        found = ip_address(text)
    except ValueError:
        raise Unreadable(f"{_show(part)} is not an address", _hint(text)) from None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        raise Unreadable(f"{_show(part)} is an IPv4 address in IPv6 clothes", f"write {found.ipv4_mapped}")
    return found


def _hint(text: str) -> str:
    octets = text.split(".")
    if len(octets) == 4 and all(one.isdigit() for one in octets):
        if all(int(one) < 256 for one in octets):
            return f"write it without leading zeros: {'.'.join(str(int(one)) for one in octets)}"
        return "every number of an IPv4 address is at most 255"
    if re.search(r"\d", text) and re.search(r"[oil]", text) and re.fullmatch(r"[\doil.]+", text):
        return "a letter stands where a digit belongs"
    return "write it like 10.1.16.0/24 or 3fff:10:100::1"


def _text(family: int, number: int) -> str:
    return str(IPv4Address(number) if family == 4 else IPv6Address(number))


def _show(text: str) -> str:
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'
