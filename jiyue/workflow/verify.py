"""Verifying from the vantage points, and remembering what was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from typing import Any

from inventory.vocab import Stage
from ipv6.apply.devices import BASELINE
from ipv6.verify import standing
from ipv6.verify.check import Depth
from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.model import CheckResult
from jiyue.i18n import _
from jiyue.probe import rounds
from jiyue.probe.journal import Journal
from jiyue.probe.prober import site_baselines
from jiyue.probe.progress import Progress, State
from jiyue.probe.rounds import Verification
from jiyue.workflow import pods
from jiyue.workflow.reporter import Quiet, Reporter
from jiyue.workflow.services import Services
from jiyue.workflow.stages import ORDER, advance, fall_back

HISTORY = "verify-history"
"""Kind of the store's results that hold the words of earlier runs."""
PATIENCE = 8.0
"""Seconds for which what is red is measured again before it counts: one bad moment is no regression."""


def verify(
    services: Services,
    platforms: Sequence[str],
    depth: Depth = "quick",
    reporter: Reporter | None = None,
    fresh: bool = False,
) -> Verification:
    """Every check of that depth; results and stages are kept in the store. NothingChecked when none applies.

    A run that was broken off goes on with the answers it had, unless `fresh`; see `_binding` for what makes it the
    same run.
    """
    store = services.store
    claims = services.prefixes
    baselines: dict[str, Mapping[str, str]] = {}
    for kept in store.results(BASELINE).values():
        baselines.update(site_baselines(kept["values"]))
    say = reporter or Quiet()
    here = copy_context()  # the language in force is this thread's
    progress = Progress(lambda state: here.run(lambda: say.now(told(state))))
    age = DEFAULT_LIMITS["resume-age"]
    with Journal(services.space.var / "verify-run", _binding(services, platforms, depth), age) as journal:
        if fresh:
            journal.forget()
        runner = services.runner.during(journal, progress)
        seen = rounds.verify(services.inventory, claims, runner, platforms, baselines or None, PATIENCE, depth,
                             pods.subjects(services, claims, platforms))  # fmt: skip
        if progress.kept:
            say.note(_("{count} answers came from a run that was broken off").format(count=progress.kept))
        return remember(services, platforms, seen)


def told(state: State) -> str:
    """How far a run is, in the language in force."""
    text = _("{done} of {asked} answers, {rate} a second").format(
        done=state.answered, asked=state.asked, rate=f"{state.rate:.0f}"
    )
    if state.all_subjects:
        text += ", " + _("{done} of {total} sites").format(done=state.subjects, total=state.all_subjects)
    if state.left is not None:
        text += ", " + _("about {seconds} s left").format(seconds=f"{state.left:.0f}")
    return text + ": " + ", ".join(f"{host} {done}/{asked}" for host, done, asked in state.hosts)


def _binding(services: Services, platforms: Sequence[str], depth: Depth) -> str:
    """What two runs must share before one may use the other's answers: the questions' frame and the province's state.

    Whatever was applied, rolled back or verified in between changes stages or the journal of apply.
    """
    stages = {name: (one.stage.value, one.at) for name, one in services.store.stages().items()}
    entries = services.store.entries()
    last = (entries[-1].seq, entries[-1].at) if entries else None
    return json.dumps([rounds.SCHEMA, list(platforms), depth, stages, last], sort_keys=True)


def remember(services: Services, platforms: Sequence[str], seen: Verification) -> Verification:
    """Keep results, standing and stages; the results with what earlier runs make of them."""
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
