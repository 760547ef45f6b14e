"""Assessing sites before anything is applied or moved (the notice, section 3(7))."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from inventory.errors import GateError, InputError, Problems
from inventory.source import waiver_place
from inventory.vocab import Stage
from jiyue.sites.assess import assess as measure
from jiyue.sites.catalogue import catalogue
from jiyue.sites.check import Depth
from jiyue.sites.gate import refusal
from jiyue.sites.model import Assessment
from jiyue.sites.targets import targets
from jiyue.workflow.services import Services, utc_now
from jiyue.workflow.stages import advance

Told = Callable[[int, int], None]
"""Told how many of how many sites are judged."""


def _quiet(done: int, of: int) -> None:
    """Nobody is told."""


def assess(
    services: Services,
    sites: Sequence[str] | None,
    depth: Depth = "quick",
    told: Told = _quiet,
    keep: bool = True,
) -> list[Assessment]:
    """Assess the named sites (the hosted ones for None) and keep the records that the gates require.

    Without `keep` it is only a look: no gate will know of it.
    """
    check_waivers(services, datetime.now(UTC).date())
    claims = services.prefixes
    wanted = targets(services.inventory, claims, sites, depth)
    found = measure(wanted, services.runner, depth, services.inventory.assessment, judged=told)
    if not keep:
        return found
    for one in found:
        services.store.put_assessment(one.site, one.result, one.at, one.expires, one.data())
    mark(services)
    return found


def check_waivers(services: Services, today: date) -> None:
    """Problems with file and line for waivers that have expired or name a finding that there is not."""
    problems = []
    for n, one in enumerate(services.inventory.assessment.waivers):
        place = (
            waiver_place(services.space.inventory, n) if one.expires < today or one.finding not in catalogue() else ""
        )
        if one.expires < today:
            cause = f"the waiver of {one.finding} expired on {one.expires}"
            problems.append(InputError(place, cause, "mend what it was for, or have it granted anew"))
        if one.finding not in catalogue():
            problems.append(InputError(place, f"there is no finding {one.finding}", "see `jiyue site findings`"))
    if problems:
        raise Problems(problems)


def due(services: Services) -> list[str]:
    """Sites without a passed, unexpired assessment."""
    known, now = services.store.assessments(), utc_now()
    return [site.name for site in services.inventory.sites if refusal(known, site.name, now)]


def mark(services: Services) -> None:
    """Move platforms on whose change set is approved and whose sites are all assessed."""
    missing = set(due(services))
    for name in services.platforms:
        if any(site.name in missing for site in services.inventory.platform_by_name[name].sites):
            continue
        record = services.store.current(name)
        if record is None:
            continue
        try:
            services.store.approval(record.digest)
        except GateError:
            continue
        advance(services.store, name, Stage.ASSESSED)
