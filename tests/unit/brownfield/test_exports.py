"""Exports: what other tools read is what the plan says."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

import dns.name
import dns.rdatatype
import dns.zone
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pydantic import ValidationError

from inventory.errors import InputError
from inventory.model import Inventory
from ipv6.brownfield.pairing import pair
from ipv6.brownfield.planned import Planned, planned
from ipv6.brownfield.things import things
from jiyue.exchange import ansible_out, json_out, netbox_out, xlsx_out, zones_out
from jiyue.exchange.export import write
from jiyue.exchange.guard import csv_text, harmless
from jiyue.exchange.json_out import AddressBook
from jiyue.exchange.read import read_file

Claims = dict[str, str]


@pytest.fixture(scope="module")
def rows(hunan: Inventory, claims: Claims) -> tuple[Planned, ...]:
    return planned(hunan, claims)


def test_netbox_round_trip(tmp_path: Path, hunan: Inventory, claims: Claims, rows: tuple[Planned, ...]) -> None:
    """The exported files, imported again, give the same pairs and agree with the plan everywhere."""
    write(tmp_path, netbox_out.files(rows, claims))
    documents = [read_file(tmp_path / name) for name in ("prefixes.csv", "ip-addresses.csv")]
    assert [one.format for one in documents] == ["netbox-csv"] * 2
    assert [one.unread for one in documents] == [(), ()]
    found = {(*thing.values(4), "|", *thing.values(6)) for thing in things(documents)[0]}
    ports = {row.host4 for row in rows if row.device}
    for row in rows:
        four = (row.ipv4,) if row.ipv4 else ()
        if row.kind != "mgmt" and (row.device or row.is_prefix or row.host4 not in ports):
            assert (*four, "|", *((row.ipv6,) if row.ipv6 else ())) in found, row
    back = pair(hunan, claims, documents)
    assert back.unseen == ()
    assert back.conflicts == ()


def test_netbox_columns(rows: tuple[Planned, ...], claims: Claims) -> None:
    """The names that the import forms take, statuses and roles of its choices, no address twice."""
    files = {name: list(csv.DictReader(io.StringIO(text))) for name, text in netbox_out.files(rows, claims).items()}
    assert set(files["prefixes.csv"][0]) <= {"prefix", "vrf", "status", "role", "is_pool", "description", "comments"}
    taken = {"address", "vrf", "status", "role", "device", "interface", "dns_name", "description", "comments"}
    assert set(files["ip-addresses.csv"][0]) <= taken
    assert {row["status"] for row in files["prefixes.csv"]} <= {"container", "active", "reserved", "deprecated"}
    assert {row["role"] for row in files["ip-addresses.csv"]} == {"", "loopback"}
    addresses = [row["address"].split("/")[0] for row in files["ip-addresses.csv"]]
    assert len(addresses) == len(set(addresses)) > 1000
    known = {(row["device"], row["name"]) for row in files["interfaces.csv"]}
    assert {(row["device"], row["interface"]) for row in files["ip-addresses.csv"] if row["device"]} <= known


def test_every_address_has_its_names(hunan: Inventory, rows: tuple[Planned, ...], claims: Claims) -> None:
    """dnspython reads every zone; each PTR has its A or AAAA, each address of ours has a PTR, in both families."""
    files = zones_out.files(hunan, rows, claims, 7)
    zones = {name: dns.zone.from_text(text, relativize=False) for name, text in files.items()}
    pointers: dict[str, str] = {}
    forward: dict[str, set[str]] = {}
    for zone in zones.values():
        assert zone.origin is not None
        assert zone.get_soa().serial == 7
        for name, _ttl, rdata in zone.iterate_rdatas():
            if rdata.rdtype == dns.rdatatype.PTR:
                pointers[str(name)] = str(rdata.target)
            elif rdata.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                forward.setdefault(str(name), set()).add(str(rdata.address))
    wanted = zones_out.names(hunan, rows)
    assert len(wanted) > 1200
    given_out = [one for one in wanted if f"{one.address.reverse_pointer}." in pointers]
    assert {one.name for one in wanted} - {one.name for one in given_out} == set()
    for one in wanted:
        assert pointers[f"{one.address.reverse_pointer}."] == one.name
        if ".net." in one.name:
            assert str(one.address) in forward[one.name]
    assert {len(name.split(".")) for name in files if name.endswith("ip6.arpa.zone")} == {15}, "cut at the /48's nibble"


def test_zone_serials_only_grow(tmp_path: Path) -> None:
    """The same records keep file and serial; other records raise it even when the clock stands still."""

    def zone(serial: int, target: str) -> Mapping[str, str]:
        text = f"$ORIGIN a.\n@ IN SOA b. c. (\n    {serial} ; serial\n    1\n    1\n    1\n    1 )\n@ IN NS {target}\n"
        return {"a.zone": text}

    assert write(tmp_path, zone(10, "x.")) == {"a.zone": True}
    assert write(tmp_path, zone(20, "x.")) == {"a.zone": False}
    assert "10 ; serial" in (tmp_path / "a.zone").read_text()
    assert write(tmp_path, zone(5, "y.")) == {"a.zone": True}
    assert "11 ; serial" in (tmp_path / "a.zone").read_text()


def test_ansible_reads_the_inventory(tmp_path: Path, hunan: Inventory, rows: tuple[Planned, ...]) -> None:
    """Ansible itself lists every device in its groups, without a warning."""
    write(tmp_path, ansible_out.files(hunan, rows))
    command = Path(sys.executable).with_name("ansible-inventory")
    done = subprocess.run(
        [command, "-i", tmp_path / "hosts.yml", "--list"], capture_output=True, text=True, check=False, cwd=tmp_path,
        stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert "WARNING" not in done.stderr
    assert set(found["_meta"]["hostvars"]) == set(hunan.devices)
    assert "pe-changsha" in found["role_pe"]["hosts"]
    assert "pe-430121" in found["role_county_pe"]["hosts"]
    assert found["_meta"]["hostvars"]["pe-changsha"]["ansible_host"] == "192.168.241.11"
    assert yaml.safe_load((tmp_path / "hosts.yml").read_text(encoding="utf-8"))["all"]


def test_json_obeys_its_schema(hunan: Inventory, rows: tuple[Planned, ...], claims: Claims) -> None:
    """The file is read back by its own model; the schema names exactly the model's fields; strangers are refused."""
    seen = pair(hunan, claims, [])
    files = json_out.files(json_out.book(hunan, rows, claims, seen))
    book, schema = json.loads(files["addresses.json"]), json.loads(files["addresses.schema.json"])
    assert AddressBook.model_validate(book).model_dump(mode="json", by_alias=True) == book
    assert schema["$id"] == book["schema"] == "jiyue/addresses/1"
    assert set(schema["required"]) == set(schema["properties"]) == set(book)
    assert set(schema["$defs"]["Entry"]["properties"]) == set(book["entries"][0])
    assert schema["additionalProperties"] is False
    with pytest.raises(ValidationError):
        AddressBook.model_validate(book | {"stranger": 1})
    assert len(book["entries"]) == len(rows)


def test_the_annex(tmp_path: Path, hunan: Inventory, claims: Claims, rows: tuple[Planned, ...]) -> None:
    """Frozen header, filters, Chinese fonts, text cells; the four identifiers put together are the address."""
    write(tmp_path, xlsx_out.files(hunan, rows, pair(hunan, claims, [])))
    sheet = load_workbook(tmp_path / "addresses.xlsx").worksheets[0]
    header = [cell.value for cell in sheet[1]]
    assert header[10:14] == ["地址类型标识符", "地域标识符", "子网空间标识符", "接口标识符"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:P{len(rows) + 1}")
    assert sheet.max_row == len(rows) + 1
    for cells in sheet.iter_rows(min_row=2):
        assert {(cell.font.name, cell.font.charset) for cell in cells} == {("宋体", 134)}
        if cells[13].value:
            digits = "".join(cell.value for cell in cells[10:14])
            assert ip_address(int(digits, 16)) == ip_interface(cells[9].value).ip
    assert sheet.column_dimensions["J"].width >= len("3fff:10:100:2000::10/64")


FORMULA = '=HYPERLINK("http://x","y")'


def test_no_cell_becomes_a_formula(tmp_path: Path, hunan: Inventory, claims: Claims, rows: tuple[Planned, ...]) -> None:
    """Names out of other people's files are text in every export."""
    bad = [Planned("site", FORMULA, "changsha", "430100", "10.1.1.1/32", title="+1", dns="@x"), *rows[:2]]
    files = xlsx_out.files(hunan, bad, pair(hunan, claims, []))
    write(tmp_path, files | netbox_out.files(bad, {}))
    cell = load_workbook(tmp_path / "addresses.xlsx").worksheets[0]["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (FORMULA, "s", True)
    row = next(csv.DictReader((tmp_path / "ip-addresses.csv").read_text(encoding="utf-8").splitlines()))
    assert (row["dns_name"], row["description"]) == ("'@x", "'+1")


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_csv_cells_are_harmless_and_come_back(cells: list[str]) -> None:
    """No cell begins with a sign that a spreadsheet runs; behind the apostrophe the text is the same, on one line."""
    columns = [str(number) for number in range(len(cells))]
    text = csv_text(columns, [dict(zip(columns, cells, strict=True))])
    read = list(csv.reader(io.StringIO(text, newline="")))
    if any(cells) or len(cells) > 1:
        lines = [re.sub(r"[\x00-\x1f\x7f]+", " ", cell) for cell in cells]
        assert all(not cell.lstrip() or cell.lstrip()[0] not in "=+-@" for cell in read[1])
        assert [cell if cell == own else cell[1:] for cell, own in zip(read[1], lines, strict=True)] == lines


def test_a_sign_behind_spaces_is_a_sign() -> None:
    """Some programs trim before they look."""
    assert [harmless(cell) for cell in ("=1", " @x", "\t+1", "a=1", "10.1.1.1-2")] == [
        "'=1",
        "' @x",
        "' +1",
        "a=1",
        "10.1.1.1-2",
    ]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """Said before anything is written."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        write(tmp_path / "out", {"a": "b"})
    assert (tmp_path / "out").read_text() == "mine"
