"""Giving up an allocation: only what the inventory no longer needs and no applied change set still uses."""

from __future__ import annotations

from inventory.errors import GateError, InputError
from inventory.model import SHARED
from ipv6.plan.plan import make_plan
from jiyue.store.entry import Entry
from jiyue.workflow.plan import global_id
from jiyue.workflow.services import Services


def release(services: Services, key: str, reason: str) -> Entry:
    """Record that a claim is given up; its prefix stays in quarantine for as long as the addressing policy says.

    InputError when the inventory would claim it again, when other claims lie inside it, or for an unknown key;
    GateError while a change set that is applied contains it.
    """
    store, days = services.store, services.inventory.addressing.quarantine_days
    held = store.claims()
    if any(claim.key == key for claim in held):
        rest = [claim for claim in held if claim.key != key and claim.parent != key]
        if any(claim.key == key for claim in make_plan(services.inventory, rest, global_id).new):
            cause = "the inventory still needs it: the next plan would claim it again"
            raise InputError(f"release {key}", cause, "take the object out of the inventory first")
        for platform in (SHARED, *services.platforms):
            digest = store.applied_digest(platform)
            if digest and any(claim.key == key for claim in store.change_set(digest).claims):
                cause = f"what runs on {platform} still uses it"
                raise GateError(f"release {key}", cause, "propose and apply its removal first")
    return store.release(key, reason, days)
