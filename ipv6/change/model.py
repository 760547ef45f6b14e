"""The change set: what a reviewer approves and `apply` pushes, word for word.

One change set belongs to one platform (or to `shared`). Its digest (`ipv6.change.digest`) covers every field here.
Times, signatures and serial numbers are kept outside, in the store's record around it (design decision 3).
"""

from __future__ import annotations

from dataclasses import dataclass, field

SCHEMA = "jiyue/change-set/3"


@dataclass(frozen=True, slots=True)
class Section:
    """One owned object of a device under one driver.

    `base` and `intended` are the driver's normalised text of the whole object, `base_hash`/`intended_hash` their
    sha256. `forward` and `reverse` are what the driver's device side is told to run to get there and back.
    An unchanged section has equal hashes, empty commands and a `keep` reason.
    """

    driver: str
    object: str
    base: str
    intended: str
    base_hash: str
    intended_hash: str
    forward: str
    reverse: str
    keep: str = ""


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """All sections of one device; `deferred` is the reason why this environment will not touch it."""

    device: str
    role: str
    region: str
    sections: tuple[Section, ...]
    deferred: str = ""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One RRset before and after; applied last. `server` is the device that holds the primary zone.

    `ttl` (seconds) is what it ends with, `ttl_before` what it is served with now, `ttl_low` what it has meanwhile: an
    old set is served with it before it changes, a new one until it is confirmed (0: no such step).
    """

    server: str
    zone: str
    name: str
    type: str
    ttl: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    keep: str = ""
    ttl_before: int = 0
    ttl_low: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """One allocation of the ledger: an identity and its prefix, for ever."""

    key: str
    prefix: str
    parent: str


@dataclass(frozen=True, slots=True)
class AddressPair:
    """One thing that has an address in both families, for the reviewer's table; either side may be empty.

    `kind` is zone, services, link, port, loopback or site; `deferred` is set for what belongs to a deferred device.
    """

    kind: str
    name: str
    ipv4: str
    ipv6: str
    deferred: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the work: the devices of one rank at once, or (phase `records`) the record sets."""

    wave: str
    phase: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One safety limit with its numbers in `text`; `state` is kept or exceeded, `where` a wave or a device."""

    id: str
    where: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing that a reviewer should weigh, with its numbers."""

    id: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changes for one platform: addresses, device texts, records, the stack's values, the inputs' hashes.

    `stack` holds what the platform's stack takes from the plan (prefix pairs, service ranges, flows).
    `kind` is the environment's (lab or field).
    """

    platform: str
    environment: str
    claims: tuple[Claim, ...]
    devices: tuple[DeviceChange, ...]
    records: tuple[RecordChange, ...]
    sites: tuple[dict[str, str], ...]
    stack: dict[str, object] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    kind: str = "lab"
    addresses: tuple[AddressPair, ...] = ()
    order: tuple[Step, ...] = ()
    limits: tuple[Limit, ...] = ()
    risks: tuple[Risk, ...] = ()
    schema: str = SCHEMA
