"""What `ipv6/apply` needs from the outside, as Protocols; `jiyue/` supplies the real things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ipv6.change.model import ChangeSet, Claim, RecordChange

LAB_KEYS = frozenset({"lab-root", "lab-engineer", "lab-reviewer", "lab-reviewer-2"})
"""The lab's own keys; only environments of kind `lab` trust them."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One reviewer behind an approval: the person, the unit and the key."""

    person: str
    unit: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A verified approval of one digest; every signature was checked against the keyring when it was read.

    `reviewer` and `key_id` are the first of `reviewers`; `expires` is when the first needed signature runs out.
    An `emergency` approval holds for a day and has to be reviewed afterwards.
    """

    digest: str
    author: str
    reviewer: str
    key_id: str
    at: str
    expires: str
    reviewers: tuple[Signer, ...] = ()
    emergency: bool = False

    @property
    def key_ids(self) -> frozenset[str]:
        """Every key that it rests on."""
        return frozenset({self.key_id, *(signer.key_id for signer in self.reviewers)})

    @property
    def persons(self) -> frozenset[str]:
        """Everybody who signed it."""
        return frozenset({self.reviewer, *(signer.person for signer in self.reviewers)})


@dataclass(frozen=True, slots=True)
class Target:
    """How to reach a device: its name in the SSH configuration and the ordered payload it is to run."""

    device: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """A device's own answer: observed, committed, confirmed, rolled-back, refused, failed or unreachable."""

    device: str
    state: str
    reason: str = ""
    data: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the append-only journal; `seq` is given by the store."""

    run: str
    platform: str
    digest: str
    step: str
    device: str
    state: str
    detail: str
    seq: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """Whether a probe round was green; `reasons` name address, port, status and size."""

    ok: bool
    checked: int
    reasons: tuple[str, ...]


class Store(Protocol):
    """Change sets, approvals, assessments and the journal; raises EnvironmentFailed when unreachable.

    `claims` is the ledger now. `change_set` and `approval` verify what they give and raise GateError; `journal` is on
    disk when it returns. `results` are JSON values by kind and name. `applied_digest` is what runs on a platform, or
    empty text.
    """

    def change_set(self, digest: str) -> ChangeSet: ...

    def claims(self) -> Sequence[Claim]: ...

    def approval(self, digest: str) -> Approval: ...

    def assessed_sites(self, now: str) -> frozenset[str]: ...

    def journal(self, entry: JournalEntry) -> None: ...

    def entries(self, digest: str = "") -> tuple[JournalEntry, ...]: ...

    def last_states(self, digest: str) -> Mapping[str, str]: ...

    def put_result(self, kind: str, name: str, value: object) -> None: ...

    def results(self, kind: str) -> Mapping[str, Any]: ...

    def applied_digest(self, platform: str) -> str: ...

    def applied(self, digest: str) -> None: ...

    def reverted(self, digest: str, reasons: tuple[str, ...]) -> None: ...


class Transport(Protocol):
    """Runs one payload on each of several devices, in parallel, and reports every device."""

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]: ...


class Prober(Protocol):
    """Measures from the vantage points. `ipv4_watched` is what a watch that runs beside the change has lost so far."""

    def by_address(self, change: ChangeSet) -> ProbeReport: ...

    def by_name(self, change: ChangeSet) -> ProbeReport: ...

    def ipv4_baseline(self, change: ChangeSet) -> Mapping[str, str]: ...

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]: ...

    def ipv4_watched(self, change: ChangeSet) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Publication:
    """How one step came out in one zone: published, refused, failed or unreachable; `serial` is the zone's afterwards.

    `changes` counts the record sets that were changed; after `lower`, those that resolvers may still hold for long.
    """

    zone: str
    state: str
    reason: str = ""
    serial: int = 0
    changes: int = 0


class Publisher(Protocol):
    """Changes approved record sets on a primary server, at most within `seconds`, and reads them back.

    `step` is `lower` (the TTL of what is going to change), `publish` or `raise` (the TTL of what was confirmed).
    A set that is in none of its approved states is refused by name.
    """

    def publish(
        self, server: str, records: Sequence[RecordChange], step: str, seconds: float
    ) -> tuple[Publication, ...]: ...


class Clock(Protocol):
    """Wall clock in UTC, ISO 8601 with seconds."""

    def now(self) -> str: ...


class Progress(Protocol):
    """Tells a person what happens: `note` stays, `now` is replaced by the next one."""

    def note(self, text: str) -> None: ...

    def now(self, text: str) -> None: ...
