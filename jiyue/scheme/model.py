"""The 改造方案 as one frozen value without a word of prose: what every format is made from, and the JSON itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jiyue.scheme.facts import (
    AddressFact,
    BlockFact,
    CodeFact,
    DeviceFact,
    ExampleFact,
    Fact,
    FilterFact,
    OrganisationFact,
    RouterFact,
    TwinFact,
    UsageFact,
)

SCHEMA: Literal["jiyue/scheme/1"] = "jiyue/scheme/1"


class RecordFact(Fact):
    """One record set; `action` is create, update, delete or keep, with the reason for a keep."""

    server: str
    zone: str
    name: str
    type: str
    ttl: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    action: str
    keep: str


class SiteFact(Fact):
    """One hosted site."""

    name: str
    title: str
    owner: str
    ipv4: str
    ipv6: str


class SystemFact(Fact):
    """One information system on the extranet; `new` means the notice asks it for full IPv6."""

    name: str
    owner: str
    zone: str
    commissioned: str
    families: tuple[int, ...]
    new: bool


class StepFact(Fact):
    """One step of the rollout; `own` when this change set is part of it."""

    number: int
    name: str
    phase: Literal["devices", "records"]
    platforms: tuple[str, ...]
    regions: tuple[str, ...]
    decisive: bool
    canary: bool
    own: bool


class OrderFact(Fact):
    """Devices that are committed together within a step, in this order."""

    rank: int
    devices: tuple[str, ...]


class CheckFact(Fact):
    """One check that will judge: how many subjects and probes it has here; `when` is before-names or after-names."""

    id: str
    layer: str
    owner: str
    vantages: tuple[str, ...]
    when: str
    subjects: int
    probes: int


class LimitFact(Fact):
    """One limit that verdicts use, with its source."""

    id: str
    value: str
    unit: str
    source: str
    confidence: str


class ReverseFact(Fact):
    """How one object goes back; `base` is the sha256 of what has to run again, `holder` who holds the timer."""

    device: str
    driver: str
    object: str
    holder: str
    deferred: str
    base: str
    commands: str


class GuardFact(Fact):
    """One safety limit of the change set with its numbers; `state` is kept or exceeded."""

    id: str
    where: str
    text: str
    state: str


class RiskFact(Fact):
    """One risk; `text` is what the change set itself says, else `numbers` are filled into our words."""

    id: str
    where: str
    text: str
    numbers: dict[str, int]


class DutyFact(Fact):
    """One unit and what it answers for; `part` is author, operator, reviewer or owner."""

    part: str
    unit: str
    items: int


class ReviewFact(Fact):
    """How many people say yes, `outside` of them from units that do not operate what is changed; and in a hurry."""

    reviewers: int
    outside: int
    valid_days: int
    emergency_reviewers: int
    emergency_hours: int
    emergency_after_days: int


class Scheme(Fact):
    """The whole scheme of one change set. `digest` is the change set's; `moved` are inputs that changed since."""

    platform: str
    title: str
    region: str
    environment: str
    environment_title: str
    kind: Literal["lab", "field"]
    digest: str
    author: str
    created: str
    moved: tuple[str, ...]
    create: int
    update: int
    delete: int
    keep: int
    nothing: tuple[str, ...]
    devices: tuple[DeviceFact, ...]
    systems: tuple[SystemFact, ...]
    profile: str
    policy_source: str
    blocks: tuple[BlockFact, ...]
    examples: tuple[ExampleFact, ...]
    codes: tuple[CodeFact, ...]
    usage: tuple[UsageFact, ...]
    organisations: tuple[OrganisationFact, ...]
    addresses: tuple[AddressFact, ...]
    claims: tuple[tuple[str, str], ...]
    routers: tuple[RouterFact, ...]
    twins: tuple[TwinFact, ...]
    forbidden: int
    filters: tuple[FilterFact, ...]
    records: tuple[RecordFact, ...]
    sites: tuple[SiteFact, ...]
    steps: tuple[StepFact, ...]
    order: tuple[OrderFact, ...]
    guards: tuple[GuardFact, ...]
    checks: tuple[CheckFact, ...]
    limits: tuple[LimitFact, ...]
    timer: int
    resume: int
    reverses: tuple[ReverseFact, ...]
    risks: tuple[RiskFact, ...]
    duties: tuple[DutyFact, ...]
    review: ReviewFact
    schema_name: Literal["jiyue/scheme/1"] = Field(default=SCHEMA, alias="schema")
