"""What the authority has before it: every proposal with its age, size, what moved and what a machine found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inventory.errors import GateError
from inventory.model import SHARED
from ipv6.apply.observe import Observed, observe, wanted_by
from ipv6.change.findings import SEVERITIES, Finding, Ledger, findings
from ipv6.change.model import ChangeSet
from ipv6.change.moved import Moved, on_devices, on_paper
from ipv6.change.scope import Scope
from jiyue.propose import all_inputs
from jiyue.review.judge import overdue
from jiyue.review.times import hours_between
from jiyue.store import ProposalRecord
from jiyue.workflow import precheck
from jiyue.workflow.apply import transport
from jiyue.workflow.services import Services, utc_now

OPEN = ("submitted", "proposed", "approved", "rejected", "applied")
"""Statuses in the order in which they need the authority."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One current proposal as the authority sees it.

    `approval` is why it holds no approval, empty when it does; `signers` are those who signed; `after` is when the
    review of an emergency is due, empty when there is none open; `hours` its age since it was last handed in or on.
    """

    record: ProposalRecord
    wave: str
    rank: int
    hours: float
    devices: int
    deferred: int
    records: int
    sites: int
    signers: tuple[str, ...]
    needed: int
    approval: str
    emergency: bool
    after: str
    late: bool
    moved: tuple[Moved, ...]
    findings: tuple[Finding, ...]
    unread: tuple[str, ...]
    comments: int

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity, worst first."""
        return {name: sum(one.severity == name for one in self.findings) for name in SEVERITIES}

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        found = {**asdict(self.record), "wave": self.wave, "age_hours": round(self.hours, 1)}
        found |= {name: getattr(self, name) for name in ("devices", "deferred", "records", "sites", "needed")}
        found |= {"signers": list(self.signers), "approval": self.approval, "emergency": self.emergency}
        found |= {"review_due": self.after, "overdue": self.late, "unread": list(self.unread)}
        found |= {"moved": [{**asdict(one), "text": one.text} for one in self.moved], "comments": self.comments}
        return found | {"findings": [asdict(one) for one in self.findings], "counts": self.counts}


def queue(
    services: Services, platforms: Sequence[str], read_devices: bool = False, prechecked: bool = False
) -> list[Waiting]:
    """The current proposals, those that wait for a decision first, then by wave; one that is not there is left out.

    With `read_devices` what runs on them now is compared as well; a device that does not answer is told. With
    `prechecked` what the pre-check says of all current proposals together stands first among the findings.
    """
    records = [record for record in map(services.store.current, platforms) if record is not None]
    changes = {record.digest: _text_of(services, record) for record in records}
    live = {record.digest: changes[record.digest] for record in records if record.status != "applied"}
    seen = observe_all(services, list(live.values())) if read_devices else None
    inputs = all_inputs(services.inventory, services.space.root)
    after, scope, claims = _after(services), Scope(services.inventory), services.store.claims()
    ledger = Ledger(services.inventory, claims)
    judged = precheck.findings(services, [record.platform for record in records]) if prechecked and live else {}
    found = []
    for record in records:
        change = changes[record.digest]
        moved = on_paper(change, scope, claims, inputs) if record.digest in live and _fresh(services, record) else ()
        if seen is not None and record.digest in live:
            moved += on_devices(change, seen.sections, seen.records)
        machine = (*judged.get(record.platform, ()), *findings(change, ledger))
        found.append(_waiting(services, record, change, moved, seen, after, machine))
    found.sort(key=lambda one: (not one.after, OPEN.index(one.record.status), one.rank, one.record.platform))
    return found


def _text_of(services: Services, record: ProposalRecord) -> ChangeSet:
    """The stored text; a damaged one counts as empty here, and its approval then says that it is damaged."""
    try:
        return services.store.change_set(record.digest)
    except GateError:
        return ChangeSet(record.platform, services.space.environment, (), (), (), ())


def observe_all(services: Services, changes: Sequence[ChangeSet]) -> Observed:
    """What runs on every held device of these change sets."""
    return observe(transport(services), [one for change in changes for one in wanted_by(change)], "review")


def _fresh(services: Services, record: ProposalRecord) -> bool:
    """What was begun may be finished although an input moved (the gate says the same)."""
    return not services.store.last_states(record.digest)


def _after(services: Services) -> Mapping[str, str]:
    try:
        return services.store.open_reviews()
    except GateError:
        return {}  # without a keyring every approval below says so


def _waiting(
    services: Services,
    record: ProposalRecord,
    change: ChangeSet,
    moved: tuple[Moved, ...],
    seen: Observed | None,
    after: Mapping[str, str],
    found: tuple[Finding, ...],
) -> Waiting:
    store, now = services.store, utc_now()
    why, emergency = "", False
    try:
        store.change_set(record.digest)
        approval = store.approval(record.digest)
        emergency, signers = approval.emergency, tuple(one.person for one in approval.reviewers)
    except GateError as error:
        why = error.cause
        signers = _signers(services, record.digest)
    wave, rank = _wave(services, record.platform)
    held = [device for device in change.devices if not device.deferred]
    names = {device.device for device in held}
    unread = tuple(f"{name}: {seen.failed[name]}" for name in sorted(names & set(seen.failed))) if seen else ()
    due = after.get(record.digest, "")
    return Waiting(
        record, wave, rank, hours_between(record.updated, now), len(held), len(change.devices) - len(held),
        len(change.records), len(change.sites), signers, store.trust.rule(record.platform).reviewers, why, emergency,
        due, overdue(due, now), moved, found, unread, len(store.comments(record.digest)),
    )  # fmt: skip


def _signers(services: Services, digest: str) -> tuple[str, ...]:
    try:
        return tuple(one.person for one in services.store.signers(digest))
    except GateError:
        return ()


def _wave(services: Services, platform: str) -> tuple[str, int]:
    if platform == SHARED:
        return SHARED, -1
    for rank, wave in enumerate(services.inventory.waves):
        if platform in wave.platforms:
            return wave.name, rank
    return "", len(services.inventory.waves)
