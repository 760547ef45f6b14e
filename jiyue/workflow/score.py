"""The score doctor over what verify measured last: lost points, causes, cures, and the change sets that cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inventory.errors import InputError, NothingChecked, Problems
from inventory.model import SHARED
from ipv6.verify.build import site_subjects
from ipv6.verify.model import CheckResult
from ipv6.verify.score.doctor import Diagnosis, diagnose
from jiyue.propose import Proposed
from jiyue.workflow import propose, review
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services
from jiyue.workflow.verify import verify


def doctor(
    services: Services, names: Sequence[str], measure: bool = False, reporter: Reporter | None = None
) -> Diagnosis:
    """The diagnosis of the named sites or platforms (all when none is named).

    With `measure` everything is measured in full first. Raises Problems for unknown names and NothingChecked when
    nothing was measured yet.
    """
    platforms, sites = _chosen(services, names)
    if measure:
        verify(services, platforms, "full", reporter)
    results = _results(services, platforms)
    if not results:
        raise NothingChecked("score", "nothing was measured yet", "run: jiyue verify --full")
    claims = services.prefixes
    subjects = site_subjects(services.inventory, claims, platforms)
    found = diagnose(services.inventory.indicators, results, subjects)
    return _only(found, sites) if sites else found


def drafted(services: Services, found: Diagnosis, author: str, reporter: Reporter) -> list[Proposed]:
    """Propose for every platform (or the shared part) whose causes a change set cures; what differs is read anew."""
    wanted = {
        command.rpartition(" ")[2]
        for cause in found.causes
        for command in cause.draft.commands
        if command.startswith("jiyue ipv6 propose ")
    }
    names = [name for name in (SHARED, *services.platforms) if name in wanted]
    return propose.propose(services, names, author or review.LAB_AUTHOR, reporter) if names else []


def _chosen(services: Services, names: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """(platforms in wave order, the sites that were named)."""
    home = {site.name: site.platform for site in services.inventory.sites}
    unknown = sorted(name for name in names if name not in home and name not in services.platforms)
    if unknown:
        raise Problems(
            [InputError(name[:80], "is neither a site nor a platform", "see `jiyue site list`") for name in unknown]
        )
    wanted = {home.get(name, name) for name in names}
    sites = frozenset(name for name in names if name in home)
    if sites and len(sites) < len(set(names)):  # whole platforms are named as well
        sites |= {name for name, platform in home.items() if platform in names}
    return tuple(name for name in services.platforms if not names or name in wanted), sites


def _results(services: Services, platforms: Sequence[str]) -> tuple[CheckResult, ...]:
    kept = services.store.results("verify")
    found = []
    for name in platforms:
        for data in kept.get(name, {}).get("results", ()):
            try:
                found.append(CheckResult.read(data))
            except (KeyError, TypeError, ValueError):
                continue  # a result of another version measures nothing here
    return tuple(found)


def _only(found: Diagnosis, sites: frozenset[str]) -> Diagnosis:
    return replace(
        found,
        sites=tuple(one for one in found.sites if one.site in sites),
        causes=tuple(one for one in found.causes if one.subject in sites),
        unmeasured=tuple(one for one in found.unmeasured if one.split(" ")[0] in sites),
    )
