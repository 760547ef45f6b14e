"""The whole province at full size: planned, then every proposal composed and rendered as `ipv6 propose` does it."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from inventory.model import SHARED, Inventory
from ipv6.change.compose import RecordKey, RecordState, SectionKey, compose, prepare, rendered, server_of
from ipv6.change.diff import unified
from ipv6.change.digest import digest, to_json
from ipv6.change.model import Claim
from ipv6.change.render import html, markdown
from ipv6.plan.build import intents
from ipv6.plan.plan import make_plan
from ipv6.plan.records import records
from tests.bench.fixture import province
from tests.bench.record import Record, median_and_spread

PLAN_GOAL, PROPOSE_GOAL = 3.0, 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Running:
    """What every device and name server answers on day 0: the same province with IPv4 alone."""

    sections: Mapping[SectionKey, str]
    records: Mapping[RecordKey, RecordState]


def running(inv: Inventory) -> Running:
    """Rendered without IPv6; not part of the time, since the devices say it."""
    before = intents(inv, None)
    texts = {(name, *pair): text for name, intent in before.items() for pair, text in rendered(intent).items()}
    served = {(server_of(inv, one), one.zone, one.name, one.type): (one.ttl, one.rdata) for one in records(inv, None)}
    return Running(texts, served)


def propose(inv: Inventory, claims: tuple[Claim, ...], runs: Running) -> tuple[dict[str, str], int]:
    """Every change set with its digest, JSON and both pages; the digests by platform and the characters written."""
    rendered.cache_clear()
    unified.cache_clear()
    ready = prepare(inv, claims)
    digests, written = {}, 0
    for platform in (SHARED, *inv.platform_by_name):
        change = compose(inv, ready.claims, runs.sections, runs.records, platform, {}, ready)
        digests[platform] = digest(change)
        written += len(to_json(change)) + len(markdown(change)) + len(html(change))
        if len(change.devices) != sum(owner == platform for owner in inv.platform_of_device.values()):
            raise SystemExit(f"{platform}: a device is missing from its change set")
    return digests, written


def measure(rounds: int) -> list[Record]:
    """Processor time of both halves: pure computing in one process, so on a free core it is the wall time.

    The wall time of the measuring machine stands beside it.
    """
    inv = province()
    runs = running(inv)
    sizes = (
        f"{len(inv.platforms)} platforms, {len(inv.regions)} regions, {len(inv.organisations)} organisations, "
        f"{len(inv.sites)} sites, {len(inv.devices)} devices"
    )
    planned: list[float] = []
    proposed: list[float] = []
    wall: list[float] = []
    known: dict[str, str] = {}
    for _ in range(max(rounds, 3)):
        gc.collect()
        started = time.process_time()
        plan = make_plan(inv)
        planned.append(time.process_time() - started)
        if make_plan(inv, plan.claims).new:
            raise SystemExit("planning again adds claims")
        started, clock = time.process_time(), time.monotonic()
        digests, written = propose(inv, plan.claims, runs)
        proposed.append(time.process_time() - started)
        wall.append(time.monotonic() - clock)
        if known not in ({}, digests):
            raise SystemExit("the same province gives other digests")
        known = digests
    planning = f"{sizes}: {len(plan.claims)} claims from an empty ledger; processor time"
    proposing = (
        f"{sizes}: {len(known)} change sets composed with every device's text, digests, JSON, Markdown and HTML, "
        f"{written / 1e6:.0f} million characters; processor time, {median(wall):.0f} s by the clock"
    )
    rows = (("plan-province", planning, planned, PLAN_GOAL), ("plan-proposals", proposing, proposed, PROPOSE_GOAL))
    found = []
    for identity, work, values, goal in rows:
        value, spread = median_and_spread(values)
        found.append(
            Record(identity, work, "none, a goal only", None, value, "s", None, f"< {goal:g} s", value < goal,
                   len(values), spread)
        )  # fmt: skip
    return found
