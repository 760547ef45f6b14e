"""Verifying from the vantage points, and remembering what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inventory.vocab import Stage
from ipv6.apply.devices import BASELINE
from ipv6.verify import standing
from ipv6.verify.check import Depth
from ipv6.verify.model import CheckResult
from jiyue.probe import rounds
from jiyue.probe.prober import site_baselines
from jiyue.probe.rounds import Verification
from jiyue.workflow.services import Services
from jiyue.workflow.stages import ORDER, advance, fall_back

HISTORY = "verify-history"
"""Kind of the store's results that hold the words of earlier runs."""
PATIENCE = 8.0
"""Seconds for which what is red is measured again before it counts: one bad moment is no regression."""


def verify(services: Services, platforms: Sequence[str], depth: Depth = "quick") -> Verification:
    """Every check of that depth; results and stages are kept in the store. NothingChecked when none applies."""
    claims = {claim.key: claim.prefix for claim in services.store.claims()}
    baselines: dict[str, Mapping[str, str]] = {}
    for kept in services.store.results(BASELINE).values():
        baselines.update(site_baselines(kept["values"]))
    seen = rounds.verify(services.inventory, claims, services.runner, platforms, baselines or None, PATIENCE, depth)
    seen = _with_standing(services, platforms, seen)
    stages = services.store.stages()
    for name in platforms:
        part = seen.of(name)
        services.store.put_result("verify", name, stored(part))
        held = stages.get(name)
        record = services.store.current(name)
        runs = record is not None and record.status == "applied"
        applied = runs and held is not None and ORDER.index(held.stage) >= ORDER.index(Stage.APPLIED)
        if applied and part.ok and part.results:
            advance(services.store, name, Stage.VERIFIED)
        elif applied:
            fall_back(services.store, name, Stage.APPLIED, part.reasons[:20] or ("nothing was checked",))
    return seen


def _with_standing(services: Services, platforms: Sequence[str], seen: Verification) -> Verification:
    """The results with what earlier runs make of them; this run is remembered as the newest."""
    limits = services.inventory.indicators.values
    need, runs = int(limits["regression-need"]), int(limits["regression-runs"])
    kept = services.store.results(HISTORY)
    results: dict[str, CheckResult] = {}
    for name in platforms:
        part, history = seen.of(name).results, standing.history_of(kept.get(name))
        results |= {standing.key(one): one for one in standing.judged(part, history, need, runs)}
        services.store.put_result(HISTORY, name, {"runs": standing.remembered(part, history)})
    return Verification(tuple(results.get(standing.key(one), one) for one in seen.results))


def stored(part: Verification) -> dict[str, Any]:
    """One platform's verification as the status and the report read it."""
    data = part.data()
    sites = []
    for name, ready in part.sites().items():
        checks = [result.data() for result in part.results if result.subject == name]
        reasons = [f"{result.check}: {reason}" for result in part.results if result.subject == name
                   for reason in result.reasons]  # fmt: skip
        sites.append({"name": name, "ready": ready, "reasons": reasons, "checks": checks})
    return {**data, "sites": sites}
