"""Field types refuse what the standard library would guess."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from inventory.types import Address4, Day, MaybeAddress6, MaybePrefix6, Prefix4, Prefix6, host, show


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Prefix4, "10.0.0.0/8", IPv4Network("10.0.0.0/8")),
        (Prefix6, "3FFF:10::/28", IPv6Network("3fff:10::/28")),
        (Address4, "10.0.0.1", IPv4Address("10.0.0.1")),
        (MaybePrefix6, None, None),
        (MaybeAddress6, None, None),
        (Day, "2019-03-12", date(2019, 3, 12)),
        (Prefix4, IPv4Network("10.0.0.0/8"), IPv4Network("10.0.0.0/8")),
    ],
)
def test_accepts(kind: Any, text: object, expected: object) -> None:
    """Text as a person writes it, and values that are parsed already."""
    assert TypeAdapter(kind).validate_python(text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "cause", "fix"),
    [
        (Prefix6, "3fff:1::1/40", "prefix 3fff:1::1/40 has host bits set", "write 3fff:1::/40"),
        (Prefix4, "10.0.0.1/31", "prefix 10.0.0.1/31 has host bits set", "write 10.0.0.0/31"),
        (Prefix4, "10.0.0.0", '"10.0.0.0" is not an IPv4 prefix', "write it like 10.1.16.0/24"),
        (Prefix4, "10.0.0.0/255.0.0.0", '"10.0.0.0/255.0.0.0" is not an IPv4 prefix', "write it like 10.1.16.0/24"),
        (Prefix4, "3fff::/20", '"3fff::/20" is not an IPv4 prefix', "write it like 10.1.16.0/24"),
        (Prefix6, "3fff::/129", '"3fff::/129" is not an IPv6 prefix', "write it like 3fff:10::/28"),
        (Address4, 11, "11 is not an IPv4 address", "write it like 10.1.16.10"),
        (Address4, "010.0.0.1", '"010.0.0.1" is not an IPv4 address', "write it like 10.1.16.10"),
        (MaybeAddress6, "fe80::1%eth0", '"fe80::1%eth0" is not an IPv6 address', "write it like 3fff:10::1"),
        (Day, 20190312, "20190312 is not a date", "write it like 2019-03-12"),
        (Day, "2019-02-30", '"2019-02-30" is not a date', "write it like 2019-03-12"),
    ],
)
def test_refuses(kind: Any, text: object, cause: str, fix: str) -> None:
    """Each refusal says what to write."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(text)
    (error,) = caught.value.errors()
    assert (error["ctx"]["cause"], error["ctx"]["fix"]) == (cause, fix)


@pytest.mark.parametrize("name", ["gov.cn", "www.changsha.gov.cn", "a-1.b.cn"])
def test_host_names(name: str) -> None:
    """Names of two labels or more."""
    assert host(name) == name


@pytest.mark.parametrize(
    "name", ["cn", "WWW.gov.cn", "www.gov.cn.", "-a.cn", "a_b.cn", "a..cn", "x" * 64 + ".cn", "a." * 127 + "cn"]
)
def test_bad_host_names(name: str) -> None:
    """Wrong characters, empty or long labels, a final dot, a single label, more than 253 characters."""
    with pytest.raises(Exception, match="is not a DNS name"):
        host(name)


def test_show_is_short_and_printable() -> None:
    """What a hostile file wrote can be printed."""
    assert show("\x1b[31m" + "x" * 100) == '"?[31m' + "x" * 52 + '..."'
    assert show(None) == "nothing"
    assert show(True) == "true"
    assert show([1]) == "a list"
