"""Handing in and deciding on proposals, and what an approval hands to the stacks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from inventory.atomic import write_if_changed
from inventory.errors import GateError, InputError
from inventory.model import SHARED
from jiyue.review import decide, lab
from jiyue.review.keyring import Member
from jiyue.review.keys import SigningKey
from jiyue.store import ProposalRecord
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services, utc_now

LAB_AUTHOR = "lab-engineer"


def lab_reviewers(services: Services) -> tuple[SigningKey, ...]:
    """The lab's own reviewers; GateError outside the lab, where only a reviewer's own key counts."""
    _only_lab(services, "name a reviewer and a key file")
    return lab.reviewers(services.key_folder, services.inventory.review, utc_now())


def lab_engineer(services: Services) -> SigningKey:
    """The lab's own engineer; GateError outside the lab."""
    _only_lab(services, "name an engineer's key file: --key")
    return lab.engineer(services.key_folder, services.inventory.review, utc_now())


def in_use(services: Services, signer: SigningKey) -> Member:
    """The keyring's member behind a key; InputError for one that is not enrolled and active here."""
    member = services.store.keyring().by_key.get(signer.key_id)
    if member is None or member.status != "active" or member.public != signer.public:
        raise InputError(f"key {signer.key_id}", "it is not in use here", "sign with an enrolled key")
    return member


def _only_lab(services: Services, fix: str) -> None:
    if services.inventory.environment.kind != "lab":
        raise GateError("review", "the lab's key does not count here", fix)


def current(services: Services, platform: str) -> ProposalRecord:
    """The platform's current proposal; GateError when there is none."""
    record = services.store.current(platform)
    if record is None:
        raise GateError(platform, "nothing has been proposed", f"run: jiyue ipv6 propose {platform}")
    return record


def submit(services: Services, platforms: Sequence[str], key: SigningKey | None) -> list[ProposalRecord]:
    """Hand the current proposals in, signed with `key` (the lab's engineer's when None)."""
    records = [current(services, name) for name in platforms]
    signer = key or lab_engineer(services)
    return [
        decide.submit(services.store, record.digest, signer, utc_now())
        if record.status in ("proposed", "rejected")
        else record
        for record in records
    ]


def export_approved(services: Services, platform: str) -> None:
    """Write what the platform's stack may take: the approved digest and values, verified as they are read."""
    if platform == SHARED:
        return
    record = current(services, platform)
    services.store.approval(record.digest)
    change = services.store.change_set(record.digest)
    services.space.approved.mkdir(parents=True, exist_ok=True)
    document = {"digest": record.digest, "values": change.stack}
    write_if_changed(
        services.space.approved / f"{platform}.json", json.dumps(document, ensure_ascii=False, sort_keys=True)
    )


def approve(
    services: Services,
    platforms: Sequence[str],
    signers: Sequence[SigningKey],
    reviewer: str,
    reporter: Reporter,
    emergency: str = "",
    valid_days: int = 0,
) -> list[str]:
    """Approve the current proposals with these keys (the lab's own, as many as are needed, when there are none).

    Those whose approval still holds are left as they are. Gives the platforms that were signed now; one that needs
    further reviewers stays submitted.
    """
    fresh = []
    keys = tuple(signers) or lab_reviewers(services)
    for platform in platforms:
        record = current(services, platform)
        if not _holds(services, record.digest):
            fresh.append(platform)
            for key in keys:
                decide.approve(services.store, record.digest, key, reviewer, utc_now(), valid_days, emergency)
                reporter.now(f"{platform} {record.digest[:12]}")
                if _holds(services, record.digest):
                    break
        if _holds(services, record.digest):
            export_approved(services, platform)
    return fresh


def _holds(services: Services, digest: str) -> bool:
    try:
        services.store.approval(digest)
    except GateError:
        return False
    return True
