"""Hardening: the hosts of sites are assessed, looked at, put right from rendered texts, and assessed again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from inventory.errors import JiyueError, worst
from inventory.waivers import Waivers
from ipv6.apply.lock import environment_lock
from jiyue.sites.assess import assess as measure
from jiyue.sites.hardening.measure import plan as render
from jiyue.sites.hardening.model import Outcome, Plan, looked
from jiyue.sites.hardening.play import Hosts
from jiyue.sites.model import Assessment, Finding, Target
from jiyue.sites.targets import every, targets
from jiyue.workflow import sites as assessing
from jiyue.workflow.apply import lock_of
from jiyue.workflow.services import Services, utc_now

CERTIFICATE = "tls-certificate"
Now = Callable[[str], None]


def _quiet(said: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Result:
    """Outcomes by host, and the sites' assessments before and after (empty where nothing was done)."""

    outcomes: tuple[Outcome, ...]
    before: tuple[Assessment, ...] = ()
    after: tuple[Assessment, ...] = ()
    elsewhere: tuple[str, ...] = field(default=())
    """Sites whose host this environment does not hold."""
    undone: bool = False

    @property
    def code(self) -> int:
        """0 when every host is as it should be and every site passes now; what was taken back need not pass."""
        failed = [1] if not self.undone and any(not one.passed for one in self.after) else []
        return worst([*(one.code for one in self.outcomes), *failed, *([4] if self.elsewhere else [])])


def gone(result: Result, site: str) -> tuple[list[Finding], list[Finding]]:
    """Findings of a site that are no more, and those that remain (as long as it was assessed twice)."""
    before = next((one.findings for one in result.before if one.site == site), ())
    after = next((one.findings for one in result.after if one.site == site), before)
    left = {(one.id, one.about) for one in after}
    return [one for one in before if (one.id, one.about) not in left], list(after)


def harden(services: Services, sites: Sequence[str], check: bool = False, now: Now = _quiet) -> Result:
    """Put the hosts of these sites right. With `check` they are only looked at, and the plans are the outcome."""
    wanted = _targets(services, sites)
    names = [one.name for one in wanted]
    with _alone(services, () if check else names):
        pass  # refused before anything is asked, not after minutes of it
    before = assessing.assess(services, names, keep=not check)
    now("the sites were assessed, their hosts are looked at")
    hosts, elsewhere = _hosts(wanted)
    way, done = _way(services), dict[str, Outcome]()
    answers, plans = way.ask("look", {host: {} for host in hosts}), dict[str, Plan]()
    everyone = targets(services.inventory, services.prefixes, every(services.inventory))
    there = {host: [one for one in everyone if one.host == host] for host in hosts}
    shaky = _shaky(services, [one for own in there.values() for one in own])
    for host, answer in answers.items():
        if answer["state"] != "looked":
            done[host] = Outcome(host, str(answer["state"]), reason=str(answer.get("reason", "")))
            continue
        leave = _leave(services.inventory.assessment, host, there[host])
        try:
            look = looked(host, answer, leave, not any(one.name in shaky for one in there[host]))
            plans[host] = render(host, look)
        except JiyueError as error:
            done[host] = Outcome(host, "failed", reason=str(error))
    now("rendered; the hosts are written to")
    if check:
        done |= {host: Outcome(host, "planned", not one.empty, plan=one) for host, one in plans.items()}
        return Result(_ordered(hosts, done), tuple(before), elsewhere=elsewhere)
    busy = {host: one.words() for host, one in plans.items() if not one.empty}
    done |= {host: Outcome(host, "hardened", plan=one) for host, one in plans.items() if one.empty}
    with _alone(services, busy):
        done |= {host: _outcome(host, answer, plans[host]) for host, answer in way.ask("harden", busy).items()}
    after = _again(services, wanted, before, done)
    return Result(_ordered(hosts, done), tuple(before), after, elsewhere)


def undo(services: Services, sites: Sequence[str]) -> Result:
    """The hosts of these sites as they were before they were hardened for the first time."""
    wanted = _targets(services, sites)
    hosts, elsewhere = _hosts(wanted)
    with _alone(services, hosts):
        answers = _way(services).ask("undo", {host: {} for host in hosts})
    done = {host: _outcome(host, answer, Plan(host)) for host, answer in answers.items()}
    return Result(_ordered(hosts, done), (), _again(services, wanted, (), done), elsewhere, undone=True)


def _alone(services: Services, hosts: Collection[str]) -> AbstractContextManager[None]:
    """Nobody applies a change set meanwhile; GateError names who does."""
    return environment_lock(lock_of(services), utc_now(), f"harden {len(hosts)}") if hosts else nullcontext()


def _targets(services: Services, sites: Sequence[str]) -> tuple[Target, ...]:
    return targets(services.inventory, services.prefixes, sites)


def _shaky(services: Services, sites: Sequence[Target]) -> frozenset[str]:
    """Sites whose visitors HSTS would shut out: their certificate does not hold. Every site of a host is asked."""
    found = measure(sites, services.runner, only=frozenset({CERTIFICATE})) if sites else []
    return frozenset(one.site for one in found if one.findings)


def _way(services: Services) -> Hosts:
    space = services.space
    user = services.inventory.environment.ssh_user
    return Hosts(space.ssh_config, space.var / "harden", space.root / "playbooks", user)


def _hosts(wanted: Iterable[Target]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hosts, each once, and the sites that have none here."""
    found = list(wanted)
    return tuple(dict.fromkeys(one.host for one in found if one.host)), tuple(one.name for one in found if not one.host)


def _leave(waivers: Waivers, host: str, sites: Iterable[Target]) -> frozenset[str]:
    """What somebody answers for, on the host or at one of its sites: it would be gone for all of them."""
    names = {one.name for one in sites}
    return frozenset(one.finding for one in waivers.waivers if one.host == host or one.site in names)


def _outcome(host: str, answer: Mapping[str, Any], plan: Plan) -> Outcome:
    skipped = answer.get("skipped")
    return Outcome(
        host, str(answer["state"]), answer.get("changed") is True, str(answer.get("reason", "")),
        tuple(str(one)[:300] for one in skipped) if isinstance(skipped, list) else (), plan,
    )  # fmt: skip


def _ordered(hosts: Iterable[str], done: Mapping[str, Outcome]) -> tuple[Outcome, ...]:
    return tuple(done[host] for host in hosts)


def _again(
    services: Services, wanted: Iterable[Target], before: Sequence[Assessment], done: Mapping[str, Outcome]
) -> tuple[Assessment, ...]:
    """The assessments as they are now; a site whose host was not touched keeps the one that was just made."""
    touched = [one.name for one in wanted if one.host and done[one.host].changed]
    fresh = {one.site: one for one in assessing.assess(services, touched)} if touched else {}
    kept = {one.site: one for one in before}
    return tuple(one for name in (kept or fresh) if (one := fresh.get(name) or kept.get(name)))
