"""Where every platform stands: one row each, from the store alone."""

from __future__ import annotations

from typing import Any

from inventory.errors import GateError
from inventory.model import Platform
from inventory.vocab import Stage
from jiyue.workflow.services import Services


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
                approved_by = f"{approval.reviewer} ({approval.key_id})"
            except GateError as error:
                if record.status in ("approved", "applied"):
                    reasons.append(str(error))
        sites = verified.get(name, {}).get("sites", [])
        for site in sites:
            if not site["ready"]:
                reasons.extend(f"{site['name']}: {reason}" for reason in site["reasons"] or ["not ready"])
        if stage is not None and stage.stage is Stage.ACCEPTED and any(not site["ready"] for site in sites):
            stage_name = Stage.APPLIED.value
        else:
            stage_name = stage.stage.value if stage else Stage.INVENTORIED.value
        rows.append(
            {
                "name": name,
                "region": inventory.region_by_code[platform.code].name,
                "code": platform.code,
                "stage": stage_name,
                "stack": stacks.get(name, {}).get("state", "absent"),
                "sites_total": len(platform.sites),
                "sites_ready": sum(1 for site in sites if site["ready"]),
                "deferred": deferred(services, platform),
                "digest": record.digest if record else "",
                "approved_by": approved_by,
                "reasons": reasons,
            }
        )
    return rows


def deferred(services: Services, platform: Platform) -> int:
    """How many of the platform's devices this environment does not hold."""
    return sum(1 for device in platform.devices if not services.inventory.holds(device))
