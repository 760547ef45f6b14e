"""Telling a running apply what to do, from another shell; and settling one that is gone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from inventory.errors import GateError
from inventory.model import SHARED
from ipv6.apply import revert
from ipv6.apply.clock import SystemClock
from ipv6.apply.control import ABORT, NOW, RUNS, give
from ipv6.apply.lock import holder, user
from ipv6.apply.past import recall
from jiyue.workflow.apply import keep, lock_of, prober, transport
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services


@dataclass(frozen=True, slots=True)
class Told:
    """What was done: `run` was told (empty when none runs), `settled` are the devices of a run that was gone."""

    order: str
    run: str
    who: str
    settled: dict[str, str]


def tell(services: Services, order: str, reporter: Reporter) -> Told:
    """Leave an order for the run that holds the lock.

    An abort without a run takes back what a run that is gone left unconfirmed; GateError for any other order then.
    """
    found = holder(lock_of(services))
    if found is None:
        if order != ABORT:
            raise GateError("apply", "no apply is running", "`jiyue ipv6 status` shows where the devices are")
        return Told(order, "", "", settle(services, reporter))
    if not found.run:
        raise GateError("apply", f"it has just begun: {found.text}", "try again in a moment")
    clock = SystemClock()
    give(services.store, found.run, order, user(), clock.now())
    return Told(order, found.run, found.text, {})


def settle(services: Services, reporter: Reporter) -> dict[str, str]:
    """Take back what nobody confirmed, on every device that the journal says may hold such a change."""
    wanted = {}
    for platform in (SHARED, *services.platforms):
        record = services.store.current(platform)
        if record is not None and (left := recall(services.store.entries(record.digest)).open):
            wanted[platform] = (record.digest, tuple(left))
    found: dict[str, str] = {}
    for platform, (digest, devices) in wanted.items():
        reporter.now(f"{platform}: taking back what is unconfirmed on {len(devices)} devices")
        result, states = revert.settle(
            platform, digest, devices, services.inventory, services.store, transport(services), prober(services),
            SystemClock(), reporter, f"run-{secrets.token_hex(6)}", lock_of(services),
        )  # fmt: skip
        found |= states
        keep(services, result)
    return found


def running(services: Services) -> dict[str, Any]:
    """The run that holds the lock and where it stands; empty when there is none."""
    found = holder(lock_of(services))
    if found is None:
        return {}
    row = dict(services.store.results(RUNS).get(NOW, {}))
    mine = row if row.get("run") == found.run else {}
    return {**mine, "run": found.run, "pid": found.pid, "user": found.user, "since": found.since, "what": found.what}
