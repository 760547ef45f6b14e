"""Encodings and characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import InputError
from ipv6.brownfield.table import day
from ipv6.brownfield.text import decode, fold, tidy

SAMPLE = "sysname 长沙\r\n description 至核心路由器\n" * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_gives_the_same_text(encoding: str) -> None:
    """With and without byte order mark."""
    sample = (
        SAMPLE if encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16") else "ip address 10.1.1.1 24 长\n" * 9
    )
    text, _name = decode(sample.encode(encoding), "a.cfg")
    assert text == sample


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "zero bytes"),
        (b"ip address\n\xff\xff\xff 10", "neither UTF-8 nor GB18030"),
        (b"\xef\xbb\xbf\xff\xfe", "damaged utf-8"),
        (bytes(range(1, 256)) * 8, "UTF-8"),
    ],
)
def test_what_is_no_text(data: bytes, cause: str) -> None:
    """A picture or a program is refused, not read as Chinese."""
    with pytest.raises(InputError, match=cause):
        decode(data, "a.cfg")


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Text or a clear error, nothing else."""
    try:
        decode(data, "x")
    except InputError as error:
        assert error.place.startswith("x")


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    """So equal things compare equal whatever was done to them before."""
    assert fold(fold(text)) == fold(text)


def test_chinese_punctuation_stays_in_descriptions() -> None:
    """Only letters and digits are folded there."""
    assert tidy("　教育局（一楼），ＶＬＡＮ１００\n二楼 ") == "教育局（一楼），VLAN100 二楼"
    assert len(tidy("长" * 500)) == 200


DATES = {
    "2019-03-12": (
        "2019-3-12",
        "2019/03/12",
        "2019.3.12",
        "２０１９年３月１２日",
        "20190312",
        43536,
        "2019-03-12 08:00:00",
    ),
    "2019-03": ("2019年3月", "2019-3"),
    "": ("2019-13-01", "去年", "2019", 12),
}


@pytest.mark.parametrize(("expected", "text"), [(day_, text) for day_, texts in DATES.items() for text in texts])
def test_dates(expected: str, text: object) -> None:
    """The spellings of the forms; what is no date is none."""
    assert day(text) == expected
