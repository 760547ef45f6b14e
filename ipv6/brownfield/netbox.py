"""NetBox 3 and 4, prefixes and IP addresses: table exports and bulk-import files (CSV), REST API answers (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from inventory.errors import InputError
from ipv6.brownfield.address import Unreadable, spans
from ipv6.brownfield.model import Collected, Status, Use
from ipv6.brownfield.text import tidy

_STATUSES: Mapping[str, Status] = {
    "active": "active", "container": "reserved", "dhcp": "active", "slaac": "active", "reserved": "reserved",
    "deprecated": "deprecated", "": "active",
}  # fmt: skip
_OWN = {"vrf", "tenant", "dns_name", "is_pool", "utilization"}
"""Columns that only NetBox calls so."""
_NOTHING = ("", "—", "–", "-", "none", "null", "global", "全局")
_ALIASES = {
    "ip_address": "address", "dns": "dns_name", "parent": "device", "assigned_device": "device", "scope": "site",
    "interface_name": "interface", "start": "start_address", "end": "end_address",
}  # fmt: skip
Row = Mapping[str, str]
AGAIN = "export it from NetBox again"


def heading(name: str) -> str:
    """A column name of either kind of file as the field it stands for."""
    plain = name.strip().strip("\ufeff").lower().replace(" ", "_").replace("(", "").replace(")", "")
    return _ALIASES.get(plain, plain)


def is_netbox(names: Iterable[str]) -> bool:
    """Whether these are the columns of NetBox's prefixes or IP addresses, exported or to be imported."""
    found = {heading(name) for name in names}
    return bool(found & {"prefix", "address"}) and "status" in found and bool(found & _OWN)


def read_rows(source: str, rows: Iterable[tuple[int, Row]], into: Collected) -> None:
    """Rows of a CSV file by line number; their keys are `heading`s."""
    for line, row in rows:
        _use(f"{source}:{line}", row, into)


def read_json(source: str, text: str, into: Collected) -> None:
    """A list of objects, or an answer of the REST API with `results`; InputError when it is neither."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{source}:{error.lineno}", f"is no JSON: {error.msg}", AGAIN) from None
    except ValueError:  # a number of thousands of digits
        raise InputError(source, "is no JSON: a number is too long", AGAIN) from None
    except RecursionError:
        raise InputError(source, "is nested too deeply", AGAIN) from None
    items = found.get("results") if isinstance(found, dict) else found
    if not isinstance(items, list):
        cause = "holds no list of objects"
        raise InputError(source, cause, "give the answer of /api/ipam/prefixes/ or /api/ipam/ip-addresses/")
    if isinstance(found, dict) and found.get("next"):
        cause = f"is one page of several: {len(items)} of {found.get('count', '?')} objects"
        into.problem(source, cause=cause, fix="export with ?limit=0, or import every page")
    for number, item in enumerate(items, start=1):
        place = f"{source}#{number}"
        if not isinstance(item, dict):
            into.problem(place, cause="is no object", fix=AGAIN)
            continue
        _use(place, _flat(item), into)


def _flat(item: Mapping[str, object]) -> Row:
    """The fields of one REST object as a CSV file would name them."""
    flat = {name: _plain(value) for name, value in item.items()}
    flat["status"] = _plain(item.get("status"), "value")
    flat["site"] = _plain(item.get("scope")) or _plain(item.get("site"))
    flat["vlan"] = _plain(item.get("vlan"), "vid")
    assigned = item.get("assigned_object")
    if isinstance(assigned, dict):
        flat["interface"] = _plain(assigned.get("name"))
        flat["device"] = _plain(assigned.get("device")) or _plain(assigned.get("virtual_machine"))
    return flat


def _plain(value: object, wanted: str = "name") -> str:
    if isinstance(value, dict):
        return _plain(value.get(wanted, value.get("name", value.get("display", ""))))
    return "" if value is None or isinstance(value, list) else str(value)


def _use(place: str, row: Row, into: Collected) -> None:
    ranged = bool(row.get("start_address"))
    text = f"{row['start_address'].split('/')[0]}-{row.get('end_address', '').split('/')[0]}" if ranged else (
        row.get("prefix") or row.get("address") or "")  # fmt: skip
    try:
        found = spans(text)
    except Unreadable as error:
        into.problem(place, cause=error.cause, fix=error.fix)
        return
    if not found:
        into.problem(place, cause="the row holds no prefix and no address", fix="fill the column prefix or address")
        return
    status = _STATUSES.get(row.get("status", "").lower())
    if status is None:
        into.note(place, cause=f'status "{tidy(row["status"], 40)}" is none of NetBox\'s, taken as active')
        status = "active"
    words = {name: _word(row, name) for name in ("device", "interface", "vrf", "description")}
    name = _word(row, "dns_name")
    family: Literal[4, 6]
    for span in found:
        family = 4 if span.family == 4 else 6
        # An address with host bits zero (a /31 or /127) is an address in NetBox's table of addresses.
        bare = "address" in row and not row.get("prefix") and not ranged and span.host is None
        kind = "address" if bare else span.kind
        into.add(
            Use(
                kind=kind,
                family=family,
                value=span.value,
                place=place,
                unit=_unit(row, words, name),
                region=_word(row, "site"),
                name=name,
                status=status or "active",
                **words,
            )
        )


def _unit(row: Row, words: Mapping[str, str], name: str) -> str:
    """What the two families of one thing share; NetBox itself pairs prefixes only through their VLAN."""
    if words["device"] and words["interface"]:
        return f"port:{words['device']} {words['interface']}"
    if name:
        return f"name:{name}"
    vlan = _word(row, "vlan")
    if vlan:
        return f"vlan:{_word(row, 'site')} {_word(row, 'vlan_group')} {vlan}"
    return f"name:{words['description']}" if words["description"] and row.get("prefix") else ""


def _word(row: Row, name: str) -> str:
    text = tidy(row.get(name, ""))
    if text[:1] == "'" and text[1:2] in tuple("=+-@"):
        text = text[1:]  # our own guard against formulas, taken off again
    return "" if text.lower() in _NOTHING else text


def fields(names: Sequence[str]) -> list[str]:
    """The headings of a CSV file's first row."""
    return [heading(name) for name in names]
