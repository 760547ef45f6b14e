"""Assessing sites before anything is applied (the notice, section 3(7))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from inventory.errors import GateError, InputError, Problems
from inventory.vocab import Stage
from jiyue.sites.assess import assess as measure
from jiyue.sites.judge import Assessment
from jiyue.workflow.services import Services, utc_now
from jiyue.workflow.stages import advance


def assess(services: Services, sites: Sequence[str] | None) -> list[Assessment]:
    """Assess the named sites (all for None) and keep the records that `apply` requires."""
    known = {site.name for site in services.inventory.sites}
    if unknown := sorted(set(sites or ()) - known):
        fix = "see `jiyue site list`"
        raise Problems([InputError(f"site {name}", "there is no such site", fix) for name in unknown])
    claims = {claim.key: claim.prefix for claim in services.store.claims()}
    found = measure(services.inventory, services.runner, sites, claims)
    for one in found:
        result = "passed" if one.passed else "failed"
        evidence = {"findings": [asdict(finding) for finding in one.findings]}
        services.store.put_assessment(one.site, result, one.at, one.expires, evidence)
    mark(services)
    return found


def due(services: Services) -> list[str]:
    """Sites without a passed, unexpired assessment."""
    good = services.store.assessed_sites(utc_now())
    return [site.name for site in services.inventory.sites if site.name not in good]


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
