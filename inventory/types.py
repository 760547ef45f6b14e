"""Field types of the model: addresses, prefixes, days and numbers as a person writes them, each with its fix.

The standard library accepts more than a reader expects (`10.0.0.0` as a /32, netmasks, zone indexes, numbers as
addresses); what is ambiguous is refused here, with the text to write instead.
"""

from __future__ import annotations

import re
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Strict
from pydantic_core import PydanticCustomError

Net = TypeVar("Net", IPv4Network, IPv6Network)
Addr = TypeVar("Addr", IPv4Address, IPv6Address)
_PREFIX = re.compile(r"[0-9a-fA-F:.]+/[0-9]{1,3}")
_ADDRESS = re.compile(r"[0-9a-fA-F:.]+")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def refuse(cause: str, fix: str) -> PydanticCustomError:
    """A validation error that already speaks plainly."""
    return PydanticCustomError("plain", "{cause}; {fix}", {"cause": cause, "fix": fix})


def _prefix(kind: type[Net], example: str, value: object) -> Net:
    if isinstance(value, kind):
        return value
    version = 4 if kind is IPv4Network else 6
    plain = refuse(f"{show(value)} is not an IPv{version} prefix", f"write it like {example}")
    if not isinstance(value, str) or not _PREFIX.fullmatch(value):
        raise plain
    try:
        loose = kind(value, strict=False)
    except ValueError:
        raise plain from None
    try:
        return kind(value)
    except ValueError:
        raise refuse(f"prefix {value} has host bits set", f"write {loose}") from None


def _address(kind: type[Addr], example: str, value: object) -> Addr:
    if isinstance(value, kind):
        return value
    version = 4 if kind is IPv4Address else 6
    plain = refuse(f"{show(value)} is not an IPv{version} address", f"write it like {example}")
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise plain
    try:
        return kind(value)
    except ValueError:
        raise plain from None


def _prefix4(value: object) -> IPv4Network:
    return _prefix(IPv4Network, "10.1.16.0/24", value)


def _prefix6(value: object) -> IPv6Network:
    return _prefix(IPv6Network, "3fff:10::/28", value)


def _octets4(value: object) -> IPv4Network:
    found = _prefix4(value)
    if not found.prefixlen or found.prefixlen % 8:
        raise refuse(f"{found} has no reverse zone of its own", "write a prefix of 8, 16 or 24 bits")
    return found


def _nibbles6(value: object) -> IPv6Network:
    found = _prefix6(value)
    if not found.prefixlen or found.prefixlen % 4:
        raise refuse(f"{found} has no reverse zone of its own", "write a prefix whose length is a multiple of 4")
    return found


def _maybe_prefix6(value: object) -> IPv6Network | None:
    return None if value is None else _prefix6(value)


def _address4(value: object) -> IPv4Address:
    return _address(IPv4Address, "10.1.16.10", value)


def _maybe_address4(value: object) -> IPv4Address | None:
    return None if value is None else _address4(value)


def _maybe_address6(value: object) -> IPv6Address | None:
    return None if value is None else _address(IPv6Address, "3fff:10::1", value)


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    plain = refuse(f"{show(value)} is not a date", "write it like 2019-03-12")
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise plain
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise plain from None


def _number(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    raise refuse(f"{show(value)} is not a number", "write it like 0.85 or 100")


def host(name: str) -> str:
    """A DNS name of at least two labels in small letters (RFC 1123), without a final dot."""
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise refuse(f"{show(name)} is not a DNS name", "write it like www.example.gov.cn, in small letters")
    return name


def show(value: object) -> str:
    """A value from a file in short, safe to print: quoted text or the plain number, at most 60 characters."""
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    text = "".join(char if char.isprintable() else "?" for char in text)
    return f'"{text}"' if isinstance(value, str) else text


Prefix4 = Annotated[IPv4Network, BeforeValidator(_prefix4)]
Prefix6 = Annotated[IPv6Network, BeforeValidator(_prefix6)]
Octets4 = Annotated[IPv4Network, BeforeValidator(_octets4)]
Nibbles6 = Annotated[IPv6Network, BeforeValidator(_nibbles6)]
"""Prefixes that end where a label of a reverse name ends (RFC 1035 3.5, RFC 3596 2.5)."""
MaybePrefix6 = Annotated[IPv6Network | None, BeforeValidator(_maybe_prefix6)]
Address4 = Annotated[IPv4Address, BeforeValidator(_address4)]
MaybeAddress4 = Annotated[IPv4Address | None, BeforeValidator(_maybe_address4)]
Address6 = Annotated[IPv6Address, BeforeValidator(_maybe_address6)]
MaybeAddress6 = Annotated[IPv6Address | None, BeforeValidator(_maybe_address6)]
Day = Annotated[date, BeforeValidator(_day)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Number = Annotated[float, BeforeValidator(_number)]
"""A number that is not negative, whole or with a point; YAML leaves those with a point as text."""
