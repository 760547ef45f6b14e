"""The address book as JSON, with its JSON Schema: one versioned model gives both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import ConfigDict, Field

from inventory.fields import Frozen
from inventory.model import Inventory
from ipv6.brownfield.pairing import Pairing
from ipv6.brownfield.planned import Planned

WRITTEN = ConfigDict(json_schema_serialization_defaults_required=True)
"""Every key is written, so the schema may ask for every key."""
SCHEMA: Literal["jiyue/addresses/1"] = "jiyue/addresses/1"


class Entry(Frozen):
    """One thing with its addresses; `key` is the ledger's key of its IPv6 side."""

    model_config = WRITTEN

    kind: Literal["port", "loopback", "site", "system", "mgmt", "zone", "link", "services", "organisation"]
    name: str = Field(min_length=1)
    platform: str
    region: str = Field(description="GB/T 2260 code, or the id of an area")
    plane: Literal["public", "private", "internet"]
    ipv4: str = Field(description="address/length or prefix; empty where there is none")
    ipv6: str = Field(description="address/length or prefix (RFC 5952); empty where nothing is planned")
    key: str = ""
    device: str = ""
    interface: str = ""
    zone: str = ""
    title: str = ""
    dns: str = ""


class Seen(Frozen):
    """One thing that an imported source saw."""

    model_config = WRITTEN

    region: str
    device: str
    interface: str
    vrf: str
    name: str
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    planned6: tuple[str, ...]
    items: tuple[str, ...]
    network: str
    state: Literal["dual", "ipv4-only", "ipv6-only"]
    place: str
    sources: tuple[str, ...]


class AddressBook(Frozen):
    """Everything that has an address, planned and seen."""

    model_config = WRITTEN

    schema_: Literal["jiyue/addresses/1"] = Field(default=SCHEMA, alias="schema")
    province: str
    environment: str
    blocks: tuple[str, ...]
    claims: dict[str, str] = Field(description="the whole ledger: key to prefix")
    entries: tuple[Entry, ...]
    observed: tuple[Seen, ...] = ()


def book(inv: Inventory, rows: Sequence[Planned], claims: dict[str, str], seen: Pairing | None) -> AddressBook:
    """The address book as a value."""
    names = Entry.model_fields
    return AddressBook(
        province=inv.name,
        environment=inv.environment.name,
        blocks=tuple(f"{block.plane} {block.prefix}" for block in inv.environment.blocks),
        claims=dict(sorted(claims.items())),
        entries=tuple(Entry.model_validate({name: getattr(row, name) for name in names}) for row in rows),
        observed=tuple(
            Seen.model_validate({name: getattr(pair, name) for name in Seen.model_fields})
            for pair in (seen.pairs if seen else ())
        ),
    )


def files(found: AddressBook) -> dict[str, str]:
    """`addresses.json` and the schema it obeys."""
    schema = AddressBook.model_json_schema(by_alias=True, mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}
    return {
        "addresses.json": found.model_dump_json(by_alias=True, indent=1) + "\n",
        "addresses.schema.json": json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    }
