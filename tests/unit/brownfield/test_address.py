"""Addresses as people write them: what is read, and what is refused with which words."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipv6.brownfield.address import Unreadable, bounds, interface_span, spans

READ = {
    "１０．１．１６．１／２４": ["address 10.1.16.1/24"],
    "10。1。16。1": ["address 10.1.16.1"],
    "10.1.16.0/255.255.255.0": ["prefix 10.1.16.0/24"],
    "10.1.16.0 255.255.255.0": ["prefix 10.1.16.0/24"],
    "10.1.16.1 掩码：255.255.255.0": ["address 10.1.16.1/24"],
    " 10.1.16.1 / 24 ": ["address 10.1.16.1/24"],
    "10.1.1.1-10.1.1.20": ["range 10.1.1.1-10.1.1.20"],
    "10.1.1.1—20": ["range 10.1.1.1-10.1.1.20"],
    "10.1.1.5 ～ 10.1.1.9": ["range 10.1.1.5-10.1.1.9"],
    "10.1.1.1至10.1.1.9": ["range 10.1.1.1-10.1.1.9"],
    "10.1.1.1/24-10.1.1.9/24": ["range 10.1.1.1-10.1.1.9"],
    "3FFF:10:100::1-3fff:10:100::ff": ["range 3fff:10:100::1-3fff:10:100::ff"],
    "10.1.16.*": ["prefix 10.1.16.0/24"],
    "10.1.x.x": ["prefix 10.1.0.0/16"],
    "10.1.1.1、10.1.1.2；10.1.1.3": ["address 10.1.1.1", "address 10.1.1.2", "address 10.1.1.3"],
    "10.1.1.1\n3FFF:10:100:2000:0:0:0:1/64": ["address 10.1.1.1", "address 3fff:10:100:2000::1/64"],
    "10.1.1.1 10.1.1.2": ["address 10.1.1.1", "address 10.1.1.2"],
    "IPv4：10.1.1.1 IPv6：3fff::1": ["address 10.1.1.1", "address 3fff::1"],
    "3fff：10：100：：１": ["address 3fff:10:100::1"],
    "3fff:10:100:2000::/64": ["prefix 3fff:10:100:2000::/64"],
    "10.1.1.1/32": ["address 10.1.1.1/32"],
    "\u200b10.1.1.1\ufeff": ["address 10.1.1.1"],
    "0.0.0.0/0": ["prefix 0.0.0.0/0"],
    "": [],
    "无": [],
    "—": [],
    "N/A": [],
}
REFUSED = {
    "10.1.1": ("is not an address", "write it like"),
    "010.001.001.001": ("is not an address", "without leading zeros: 10.1.1.1"),
    "10.1.1.256": ("is not an address", "at most 255"),
    "1O.1.1.1": ("is not an address", "a letter stands where a digit belongs"),
    "10.1.1.20-10.1.1.1": ("ends before it begins", "write 10.1.1.1-10.1.1.20"),
    "10.1.1.1-3fff::1": ("from one family to the other", "one family"),
    "10.1.1.1/24-10.1.1.9/25": ("two prefix lengths", "without lengths"),
    "10.1.1.0/0.0.0.255": ("is a wildcard", "write /24"),
    "10.1.1.0/255.0.255.0": ("is not a mask", "like /24"),
    "10.1.1.0/33": ("too long for IPv4", "use 0 to 32"),
    "3fff::/129": ("too long for IPv6", "use 0 to 128"),
    "3fff::1/255.255.0.0": ("no dotted mask", "like /64"),
    "::ffff:10.1.1.1": ("IPv4 address in IPv6 clothes", "write 10.1.1.1"),
    "fe80::1%eth0": ("names an interface", "alone"),
    "12:30": ("is not an address", "write it like"),
    "教育局办公网": ("is not an address", "write it like"),
    "10.1.*": ("is not an address", "a prefix like"),
}


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=repr)
def test_read(text: str, expected: list[str]) -> None:
    """Every spelling gives its canonical value."""
    assert [f"{span.kind} {span.value}" for span in spans(text)] == expected


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=repr)
def test_refused(text: str, expected: tuple[str, str]) -> None:
    """Nothing is guessed: the cause names what is wrong, the fix what to write."""
    with pytest.raises(Unreadable) as error:
        spans(text)
    assert expected[0] in error.value.cause
    assert expected[1] in error.value.fix


def test_the_mask_of_the_next_cell() -> None:
    """A mask cell belongs to bare addresses only."""
    assert [one.value for one in spans("10.1.1.1、10.1.2.1/30", "255.255.255.0")] == ["10.1.1.1/24", "10.1.2.1/30"]
    assert [one.value for one in spans("3fff::1", "６４")] == ["3fff::1/64"]
    assert [one.value for one in spans("10.1.1.1", "无")] == ["10.1.1.1"]


@pytest.mark.parametrize(
    ("address", "mask", "host"), [("10.254.0.0", "31", 0x0AFE0000), ("3fff::/127", "", 0x3FFF << 112)]
)
def test_an_interface_may_have_host_bits_zero(address: str, mask: str, host: int) -> None:
    """RFC 3021 and RFC 6164 use the first address of a link."""
    span = interface_span(address, mask)
    assert (span.kind, span.host) == ("address", host)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_ipv4_round_trip(number: int, length: int) -> None:
    """Dotted mask, length and full-width digits say the same; bounds agree with the standard library."""
    address = IPv4Address(number)
    network = IPv4Network((address, length), strict=False)
    plain, masked = spans(f"{address}/{length}")[0], spans(f"{address} {network.netmask}")[0]
    wide = str.maketrans("0123456789./", "０１２３４５６７８９．／")
    assert plain == masked == spans(f"{address}/{length}".translate(wide))[0]
    if plain.kind == "prefix":
        assert bounds("prefix", plain.value) == (4, int(network[0]), int(network[-1]))
    else:
        assert bounds("address", plain.value) == (4, number, number)


@given(st.integers(0, 2**128 - 1).filter(lambda one: IPv6Address(one).ipv4_mapped is None), st.integers(0, 128))
def test_ipv6_round_trip(number: int, length: int) -> None:
    """Long, short and capital forms are one value in RFC 5952 form."""
    address = IPv6Address(number)
    found = {spans(f"{text}/{length}")[0] for text in (str(address), address.exploded, str(address).upper())}
    assert len(found) == 1
    (span,) = found
    assert (span.first, span.last) == (
        int(IPv6Network((address, length), strict=False)[0]),
        int(IPv6Network((address, length), strict=False)[-1]),
    )


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(text: str) -> None:
    """No text makes it fall over; what is read is canonical, so reading it again gives the same."""
    try:
        found = spans(text)
    except Unreadable:
        return
    assert [one.value for one in found] == [spans(one.value)[0].value for one in found]
