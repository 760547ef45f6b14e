"""Where every platform stands: one row each, from the store alone."""

from __future__ import annotations

from typing import Any

from inventory.errors import GateError
from inventory.model import Platform
from inventory.vocab import Stage
from jiyue.workflow.services import Services
from jiyue.workflow.stages import ORDER


def platform_rows(services: Services) -> list[dict[str, Any]]:
    """Rows for all platforms in wave order, as `jiyue status --json` prints them."""
    inventory = services.inventory
    verified, stacks = services.store.results("verify"), services.store.results("stack")
    stages = services.store.stages()
    rows = []
    for name in services.platforms:
        platform = inventory.platform_by_name[name]
        record = services.store.current(name)
        stage = stages.get(name)
        reasons = list(stage.reasons) if stage else []
        approved_by = ""
        if record is not None:
            try:
                approval = services.store.approval(record.digest)
                approved_by = ", ".join(f"{one.person} ({one.key_id})" for one in approval.reviewers)
                if approval.emergency:
                    reasons.append(f"emergency approval until {approval.expires}")
            except GateError as error:
                if record.status in ("approved", "applied"):
                    reasons.append(str(error))
                if record.status == "applied":
                    approved_by = history(services, record.digest)
        stack = stacks.get(name, {}).get("state", "absent")
        if stack in ("failed", "drifted"):
            reasons.append(f"stack {stack}: {stacks[name].get('reason', '')}")
        sites = verified.get(name, {}).get("sites", [])
        ready = {site["name"] for site in sites if site["ready"]}
        for site in sites:
            if not site["ready"]:
                reasons.extend(f"{site['name']}: {reason}" for reason in site["reasons"] or ["not ready"])
        reached = stage.stage if stage else Stage.INVENTORIED
        if ORDER.index(reached) >= ORDER.index(Stage.APPLIED) and (record is None or record.status != "applied"):
            reached = Stage(record.status) if record else Stage.PLANNED
            reasons.append("the current proposal is not the one that runs")
        elif reached is Stage.ACCEPTED and not {site.name for site in platform.sites} <= ready:
            reached = Stage.APPLIED
            missing = sorted({site.name for site in platform.sites} - {site["name"] for site in sites})
            reasons.extend(f"{site}: not measured yet" for site in missing)
        elif reached is Stage.ACCEPTED and stack in ("failed", "drifted", "destroyed", "absent"):
            reached = Stage.VERIFIED
        rows.append(
            {
                "name": name,
                "region": inventory.region_by_code[platform.code].name,
                "code": platform.code,
                "stage": reached.value,
                "stack": stack,
                "sites_total": len(platform.sites),
                "sites_ready": len(ready),
                "deferred": deferred(services, platform),
                "digest": record.digest if record else "",
                "approved_by": approved_by,
                "reasons": reasons,
            }
        )
    return rows


def history(services: Services, digest: str) -> str:
    """Who approved what runs, although that approval opens no gate any more; empty text when it cannot be told."""
    try:
        return ", ".join(f"{one.person} ({one.key_id})" for one in services.store.signers(digest))
    except GateError:
        return ""


def deferred(services: Services, platform: Platform) -> int:
    """How many of the platform's devices this environment does not hold."""
    return sum(1 for device in platform.devices if not services.inventory.holds(device))
