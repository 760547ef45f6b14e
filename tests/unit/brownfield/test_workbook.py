"""Office forms out of real xlsx files, and workbooks that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from inventory.errors import InputError
from ipv6.brownfield.columns import column
from ipv6.brownfield.model import Document
from jiyue.exchange import workbook
from jiyue.exchange.read import read_file
from tests.unit.brownfield.sheets import BAD, office_form, repacked

SHEET = "xl/worksheets/sheet1.xml"


def uses(document: Document) -> list[tuple[str, ...]]:
    """What the tests look at."""
    return [(one.kind, one.value, one.name, one.since, one.place) for one in document.uses]


def test_an_office_form_is_read_right(tmp_path: Path) -> None:
    """Merged cells, two header rows, full-width digits, ranges, masks, three kinds of dates, a remark at the end."""
    document = read_file(office_form(tmp_path / "表.xlsx"))
    assert uses(document) == [
        ("address", "10.2.16.10/24", "市教育局", "2019-03-12", "表.xlsx!地址表!C6"),
        ("address", "3fff:10:100:2000::10/64", "市教育局", "2019-03-12", "表.xlsx!地址表!F6"),
        ("range", "10.2.16.20-10.2.16.29", "市教育局", "2019-03-12", "表.xlsx!地址表!C7"),
        ("prefix", "10.2.17.0/24", "市卫健委", "2019-03-12", "表.xlsx!地址表!C8"),
        ("address", "10.9.9.9/24", "长沙县 大数据中心", "", "表.xlsx!地址表!C9"),
    ]
    assert not document.errors
    assert [one.place for one in document.notes] == ["表.xlsx!地址表!I9"]
    assert document.uses[0].unit == document.uses[1].unit == "row:表.xlsx!地址表!6"


def test_every_bad_cell_is_named(tmp_path: Path) -> None:
    """By sheet and cell, all of them, with what to do."""
    document = read_file(office_form(tmp_path / "a.xlsx", dict(BAD)))
    assert {one.place.rpartition("!")[2]: one.cause for one in document.errors} == {
        "C7": "the number 10.2 is not an address",
        "C8": '"10.2.17.o" is not an address',
        "F8": '"3fff:10:100:20gg::1" is not an address',
    }
    assert all(one.fix for one in document.errors)


def test_every_sheet_hidden_ones_too(tmp_path: Path) -> None:
    """What is hidden is read and said; an empty sheet is nothing."""
    path = office_form(tmp_path / "a.xlsx", sheets=("甲", "乙"))
    book = load_workbook(path)
    book["乙"].sheet_state = "hidden"
    book.create_sheet("说明")["A1"] = "本表由各县市区填报"
    book.create_sheet("空")
    book.save(path)
    document = read_file(path)
    assert len(document.uses) == 10
    assert ("a.xlsx!乙", "is a hidden sheet, read as well") in [(one.place, one.cause) for one in document.notes]
    assert ("a.xlsx!说明", "holds no addresses and was left out") in [(one.place, one.cause) for one in document.notes]


def test_a_formula_without_its_result(tmp_path: Path) -> None:
    """Formulas are never computed: an address cell that only has one is a problem."""
    document = read_file(office_form(tmp_path / "a.xlsx", {"C8": '="10.2.17."&A8'}))
    assert [(one.place, one.cause) for one in document.errors] == [
        ("a.xlsx!地址表!C8", "a formula was saved without its result")
    ]


def test_addresses_without_a_header(tmp_path: Path) -> None:
    """They are not guessed at."""
    book = Workbook()
    book.active.append(["某局", "10.1.1.1"])
    book.save(tmp_path / "a.xlsx")
    document = read_file(tmp_path / "a.xlsx")
    assert [(one.place, one.fix) for one in document.errors] == [
        ("a.xlsx!Sheet!B1", "name the columns, one of them IP地址, IPv4 or IPv6")
    ]


def table(path: Path, *rows: str) -> Document:
    """A sheet whose cells are separated by bars, written and read."""
    book = Workbook()
    for row in rows:
        book.active.append([cell.strip() or None for cell in row.split("|")])
    book.save(path)
    return read_file(path)


def test_two_tables_in_one_sheet(tmp_path: Path) -> None:
    """A second header further down begins a table with columns of its own."""
    document = table(
        tmp_path / "a.xlsx",
        "设备名称 | 接口 | IPv4地址",
        "R1 | GE1/0/1 | 10.1.1.1/24",
        "",
        "网站名称 | 域名 | IPv6地址 | IPv4地址",
        "门户 | www.a.gov.cn | 3fff::5 | 198.18.1.5",
    )
    assert [(one.value, one.unit) for one in document.uses] == [
        ("10.1.1.1/24", "port:R1 GE1/0/1"),
        ("3fff::5", "row:a.xlsx!Sheet!5"),
        ("198.18.1.5", "row:a.xlsx!Sheet!5"),
    ]


def test_tables_without_end(tmp_path: Path) -> None:
    """A file that is nothing but headers is refused, not worked on for minutes."""
    path = tmp_path / "a.csv"
    path.write_text("单位,接口,IP地址\n" * 400, encoding="utf-8")
    with pytest.raises(InputError, match="has more than 200 tables"):
        read_file(path)


def test_problems_without_end(tmp_path: Path) -> None:
    """A file of the wrong kind does not print a hundred thousand lines."""
    path = tmp_path / "a.csv"
    path.write_text("单位,IP地址\n" + "某局,甲\n" * 20_001, encoding="utf-8")
    with pytest.raises(InputError, match="more than 20000 places cannot be read"):
        read_file(path)


def test_start_and_end_columns(tmp_path: Path) -> None:
    """The two ends of a range in two cells."""
    document = table(
        tmp_path / "a.xlsx",
        "地域标识符 | 起始IP地址 | 结束IP地址 | 状态",
        "430121 | 10.1.1.1 | 10.1.1.9 | 在用",
        "430121 | 10.1.2.1 | | 闲置",
    )
    assert [(one.kind, one.value, one.region, one.status) for one in document.uses] == [
        ("range", "10.1.1.1-10.1.1.9", "430121", "active"),
        ("address", "10.1.2.1", "430121", "deprecated"),
    ]


HEADERS = {
    "接口IP地址": "address", "设备管理IP": "address", "IP地址用途": "description", "IP地址使用单位": "name",
    "IP地址数量": "other", "接口标识符": "other", "地域标识符": "region", "VPN实例": "vrf", "端口号": "other",
    "办公地址": "other", "子网掩码": "mask", "Hostname": "device", "Description": "description", "IPv6前缀": "address",
    "IP地址(内网)": "address", "起始IP": "start", "天气": "", "MAC地址": "other", "网关": "other", "Equipment": "",
    "Interface": "interface", "IP地址/掩码": "address", "IP及掩码": "address", "IPv4网段、掩码": "address",
    "IP段": "address", "IP地址范围": "address", "起止地址": "address", "互联地址": "address", "单位名称": "name",
    "IP地址所属单位": "name",
}  # fmt: skip


@pytest.mark.parametrize(("header", "role"), HEADERS.items())
def test_headers(header: str, role: str) -> None:
    """The last word of a header decides."""
    found = column(1, [header])
    assert (found.role if found else "") == role


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst>&b;</sst>'
FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="99999999999">'
    b'<c r="A99999999999" t="n"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ({"xl/sharedStrings.xml": ENTITY}, "declares XML entities"),
        ({SHEET: ENTITY}, "declares XML entities"),
        ({"xl/media/big.bin": bytes(64 * 2**20)}, "times its size"),
        ({SHEET: b"<worksheet"}, "is damaged"),
        ({SHEET: FAR}, "has rows after 1048576"),
        ({"xl/workbook.xml": b"<workbook/>"}, "holds no address at all"),
        ({"xl/workbook.xml": "<workbook/>".encode("utf-16")}, "is damaged|declares|not UTF-8"),
        ({SHEET: b'<?xml version="1.0" encoding="utf-7"?><x/>'}, "is not UTF-8"),
        ({f"xl/x{number}.xml": b"" for number in range(1001)}, "parts, at most 1000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_archives(tmp_path: Path, parts: dict[str, bytes], cause: str) -> None:
    """Refused with one clear message, before anything large is unpacked."""
    path = repacked(office_form(tmp_path / "a.xlsx"), parts)
    with pytest.raises(InputError, match=cause) as error:
        read_file(path)
    assert error.value.place.startswith("a.xlsx")
    assert error.value.fix


def test_too_much_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum of the directory's sizes is judged, whatever the single parts say."""
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 10_000)
    with pytest.raises(InputError, match="unpacks to"):
        read_file(office_form(tmp_path / "a.xlsx"))


def test_absurd_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A declared size is not believed; real rows are counted."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    with pytest.raises(InputError, match="more than 5 filled rows"):
        read_file(office_form(tmp_path / "a.xlsx"))


def test_a_row_at_the_end_of_the_sheet(tmp_path: Path) -> None:
    """One filled cell in row 1,048,576 costs nothing much and is read like any other."""
    path = office_form(tmp_path / "a.xlsx", {"C1048576": "10.7.7.7"})
    assert read_file(path).uses[-1].place == "a.xlsx!地址表!C1048576"


def test_links_and_macros_are_not_followed(tmp_path: Path) -> None:
    """They are said and left alone."""
    parts = {"xl/externalLinks/externalLink1.xml": b"<x/>", "xl/vbaProject.bin": b"x"}
    document = read_file(repacked(office_form(tmp_path / "a.xlsx"), parts))
    assert {one.cause for one in document.notes} >= {
        "refers to other workbooks, which were not opened",
        "holds macros, which were not run",
    }


@pytest.mark.parametrize(
    ("data", "cause"),
    [(b"PK\x03\x04nothing", "not an archive"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "old or encrypted"), (b"", "is empty")],
)
def test_what_is_no_workbook(tmp_path: Path, data: bytes, cause: str) -> None:
    """Old binary workbooks and broken archives say what they are."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=cause):
        read_file(path)


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    """A docx is an archive too."""
    path = repacked(office_form(tmp_path / "a.xlsx"), {"word/document.xml": b"<x/>"}, drop=["xl/workbook.xml"])
    with pytest.raises(InputError, match="is no xlsx workbook"):
        read_file(path)
