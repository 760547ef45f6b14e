"""Deciding on proposals, and what an approval hands to the stacks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from inventory.atomic import write_if_changed
from inventory.errors import GateError
from inventory.model import SHARED
from jiyue.review import decide, keys
from jiyue.review.keys import SigningKey
from jiyue.store import ProposalRecord
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services, utc_now

LAB_REVIEWER = "lab-reviewer"
LAB_AUTHOR = "lab-engineer"


def lab_key(services: Services) -> SigningKey:
    """The lab's own key; GateError outside the lab, where only a reviewer's own key counts."""
    if services.inventory.environment.kind != "lab":
        raise GateError("review", "the lab's key does not count here", "name a reviewer and a key file")
    return keys.lab_pair(services.space.keys)


def current(services: Services, platform: str) -> ProposalRecord:
    """The platform's current proposal; GateError when there is none."""
    record = services.store.current(platform)
    if record is None:
        raise GateError(platform, "nothing has been proposed", f"run: jiyue ipv6 propose {platform}")
    return record


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
    services: Services, platforms: Sequence[str], key: SigningKey, reviewer: str, reporter: Reporter
) -> list[str]:
    """Approve the current proposals; those whose approval still holds are left as they are. Gives the new ones."""
    fresh = []
    for platform in platforms:
        record = current(services, platform)
        try:
            services.store.approval(record.digest)
        except GateError:
            decide.approve(services.store, record.digest, key, reviewer, utc_now())
            fresh.append(platform)
            reporter.now(f"{platform} {record.digest[:12]}")
        export_approved(services, platform)
    return fresh
