"""What `ipv6/apply` needs from the outside, as Protocols; `jiyue/` supplies the real things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ipv6.change.model import ChangeSet


@dataclass(frozen=True, slots=True)
class Approval:
    """A verified approval of one digest; `signature_ok` was checked against the trusted reviewer keys."""

    digest: str
    author: str
    reviewer: str
    key_id: str
    at: str
    expires: str


@dataclass(frozen=True, slots=True)
class Target:
    """How to reach a device: its name in the SSH configuration and the ordered payload it is to run."""

    device: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """A device's own answer; `state` is one of observed, committed, confirmed, rolled-back, refused, failed, unreachable."""

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
    """Change sets, approvals, assessments and the journal; raises EnvironmentFailed when unreachable."""

    def change_set(self, digest: str) -> ChangeSet: ...

    def approval(self, digest: str) -> Approval: ...

    def assessed_sites(self, now: str) -> frozenset[str]: ...

    def journal(self, entry: JournalEntry) -> None: ...

    def last_states(self, digest: str) -> Mapping[str, str]: ...


class Transport(Protocol):
    """Runs one payload on each of several devices, in parallel, and reports every device."""

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]: ...


class Prober(Protocol):
    """Measures from the vantage points."""

    def by_address(self, change: ChangeSet) -> ProbeReport: ...

    def by_name(self, change: ChangeSet) -> ProbeReport: ...

    def ipv4_baseline(self, change: ChangeSet) -> Mapping[str, str]: ...

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]: ...


class Clock(Protocol):
    """Wall clock in UTC, ISO 8601 with seconds."""

    def now(self) -> str: ...
