"""Facts about addresses, devices, routing and filters: parts of a `jiyue.scheme.model.Scheme`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Base of every record: immutable, typed, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DeviceFact(Fact):
    """One device: objects it runs, how many change, lines added and removed, and whether it speaks IPv6 already."""

    name: str
    role: str
    region: str
    drivers: tuple[str, ...]
    deferred: str
    objects: int
    changed: int
    added: int
    removed: int
    has_ipv6: bool


class BlockFact(Fact):
    """A plane with its received block and what of it belongs to this platform's own region."""

    plane: str
    prefix: str
    received: str
    source: str
    region: str


class FieldFact(Fact):
    """One field of an address: bits `first` to `last` (0 is the most significant), its hex digits, what they mean here.

    `name_zh` begins with the identifier of GB/T 46285 that the field is part of; `meaning` is English text.
    """

    name_zh: str
    name_en: str
    first: int
    last: int
    digits: str
    meaning: str
    value: str


class ExampleFact(Fact):
    """One address taken apart; the fields cover all 128 bits in order."""

    address: str
    owner: str
    fields: tuple[FieldFact, ...]


class CodeFact(Fact):
    """One value of a field: `table` is plane, region or use."""

    table: str
    code: str
    meaning: str
    prefix: str


class AddressFact(Fact):
    """One thing with an address in each family; either may be empty. `deferred` says why nothing is done to it now."""

    kind: str
    name: str
    ipv4: str
    ipv6: str
    deferred: str


class OrganisationFact(Fact):
    """A unit connected to the extranet and its prefix."""

    plane: str
    region: str
    name: str
    prefix: str


class UsageFact(Fact):
    """How many /64 of a prefix are taken and how many it has."""

    prefix: str
    owner: str
    used: int
    capacity: int


class RouterFact(Fact):
    """What a router's intended text says about IPv6 routing, and how many IPv4 lines stay as they are."""

    device: str
    deferred: str
    interfaces: int
    protocols: tuple[str, ...]
    neighbours: tuple[str, ...]
    announced: tuple[str, ...]
    statics: int
    kept4: int
    lost4: int


class TwinFact(Fact):
    """One allowed flow in both families; `state` is twin, ipv4-only, ipv6-only or none."""

    source: str
    target: str
    service: str
    reason: str
    source4: str
    target4: str
    source6: str
    target6: str
    state: Literal["twin", "ipv4-only", "ipv6-only", "none"]


class FilterFact(Fact):
    """A rendered filter: rules that name IPv4 and rules that name IPv6, now and intended, and its default."""

    device: str
    driver: str
    object: str
    before4: int
    before6: int
    after4: int
    after6: int
    deferred: str
