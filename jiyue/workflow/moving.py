"""Moving sites from their old hosts onto the platforms."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import EnvironmentFailed, GateError, InputError, JiyueError, Problems
from inventory.legacy import OldHost, OldSite
from inventory.model import Inventory, Platform
from ipv6.plan.intent import RRset
from ipv6.verify.build import site_subjects
from jiyue.i18n import _, translate
from jiyue.library import model as library
from jiyue.library.model import Record
from jiyue.moving import content, flow, names
from jiyue.moving.flow import Mover
from jiyue.moving.hands import Hands
from jiyue.moving.model import KIND, SERVED, Move, Progress
from jiyue.sites.gate import refusal
from jiyue.store import Store
from jiyue.workflow.names import publisher, secondaries
from jiyue.workflow.services import Services, utc_now

LIBRARY = "library"
PARALLEL = 16
Tell = Callable[[str, str, str], None]
"""Told the site, the phase that is behind it, and what happened in it."""


def _silent(site: str, phase: str, said: str) -> None:
    """Nobody is told."""


def line(site: str, phase: str, said: str) -> str:
    """One phase of one site in the language in force."""
    return f"{site} {_(phase)}: {translate(said)}"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Records and progress in the environment's store."""

    store: Store

    def progress(self, site: str) -> Progress:
        """How far the site is."""
        return Progress.of(self.store.results(KIND).get(site))

    def keep(self, site: str, progress: Progress) -> None:
        """Note how far it is."""
        self.store.put_result(KIND, site, progress.data())

    def records(self, site: str) -> tuple[Record, ...]:
        """The site's records; EnvironmentFailed when they cannot be read."""
        found = self.store.results(LIBRARY).get(site)
        try:
            return library.load(found) if found else ()
        except ValueError as error:
            raise EnvironmentFailed(f"library of {site}", str(error), "restore the store from a backup") from error

    def put_records(self, site: str, records: tuple[Record, ...]) -> None:
        """Take in: from now on this may be served."""
        self.store.put_result(LIBRARY, site, library.dump(records))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one site came out; `reason` is empty when it is where it ought to be."""

    site: str
    progress: Progress
    reason: str = ""
    code: int = 0


def old_sites(inv: Inventory) -> Iterator[tuple[Platform, OldHost, OldSite]]:
    """Every site of an old host with the platform that it moves to."""
    for platform in inv.platforms:
        for host in platform.old_hosts:
            for site in host.sites:
                yield platform, host, site


def plans(services: Services, sites: Sequence[str] | None = None, to: str = "") -> list[Move]:
    """The moves of these sites (all for None), in the inventory's order; Problems for names that are no old sites."""
    inv = services.inventory
    claims = services.prefixes
    fronts = {one.name: one for one in site_subjects(inv, claims)}
    servers = list(secondaries(inv))
    progress = states(services)
    found = {}
    for platform, host, site in old_sites(inv):
        front = fronts[platform.portal]
        found[site.name] = Move(
            site=site.name, unit=site.owner, platform=platform.name, zone=f"{platform.dns_zone}.",
            old=host.name, old4=str(host.address4), new=front.host, address4=front.address4, address6=front.own6,
            server=servers[0] if servers else "", ttl=inv.names.ttl, low=min(inv.names.lowered, inv.names.ttl),
            wait=inv.environment.ttl_wait, edge6=_edge6(progress[site.name], front.address6 if front.behind6 else ""),
        )  # fmt: skip
    problems = [_unknown(inv, name) for name in sites or () if name not in found]
    for name in sites or ():
        if to and name in found and found[name].platform != to:
            cause = f"its zone belongs to {found[name].platform}, not to {to}"
            problems.append(InputError(f"site {name}", cause, "leave --to away, or move its entry in the inventory"))
    if problems:
        raise Problems(problems)
    return [found[name] for name in dict.fromkeys(sites)] if sites is not None else list(found.values())


def _edge6(progress: Progress, now: str) -> str:
    """Where visitors enter the cluster; a site that was switched stays where its name was led then."""
    return str(progress.facts.get("edge6", "")) if progress.state in SERVED else now


def _unknown(inv: Inventory, name: str) -> InputError:
    if any(site.name == name for site in inv.sites):
        return InputError(f"site {name}", "it is on its platform already", "nothing has to be moved")
    return InputError(f"site {name}", "no old host of the inventory has it", "add it under old_hosts of its platform")


def reasons(services: Services, move: Move) -> list[str]:
    """Why the site may not move now; empty when it may."""
    found = []
    if not move.new:
        found.append(f"this environment does not hold the site host of {move.platform}")
    if not move.server:
        found.append("this environment holds no primary name server")
    if not services.store.applied_digest(move.platform):
        found.append(f"the change set of {move.platform} has not been applied")
    if not move.address6:
        found.append(f"{move.platform} has no IPv6 address for its sites yet")
    if why := refusal(services.store.assessments(), move.site, utc_now()):
        found.append(why)
    return found


def states(services: Services) -> dict[str, Progress]:
    """How far every old site of the inventory is."""
    kept = services.store.results(KIND)
    return {site.name: Progress.of(kept.get(site.name)) for _, _, site in old_sites(services.inventory)}


def moved(services: Services) -> dict[str, str]:
    """Platform by site, of those that have moved."""
    kept = states(services)
    return {
        site.name: platform.name
        for platform, _, site in old_sites(services.inventory)
        if kept[site.name].state in SERVED
    }


def record_sets(services: Services) -> tuple[RRset, ...]:
    """The names of all old sites as they ought to be served now."""
    here = moved(services)
    return tuple(one for move in plans(services) for one in names.records(move, move.site in here))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do: why it may not, what it would copy, which names it would change."""

    site: str
    reasons: tuple[str, ...]
    files: int
    size: int
    records: tuple[str, ...]


def preview(services: Services, sites: Sequence[str] | None, to: str = "") -> list[Preview]:
    """The same questions as a move asks before it copies; nothing is written anywhere."""
    hands, found = Hands(services.space.ssh_config), []
    for move in plans(services, sites, to):
        why, files, size = reasons(services, move), 0, 0
        try:
            origin = hands.ask(move.old, "origin", site=move.site)
            if not origin.get("root"):
                why.append(f"{move.old} does not serve it")
            else:
                seen = content.look_at(hands, move.old, origin["root"])
                files, size = len(seen.files), sum(one.size for one in seen.files)
        except JiyueError as error:
            why.append(str(error))
        sets = tuple(f"{one.name} {one.type} {', '.join(one.after)}" for one in names.there(move))
        found.append(Preview(move.site, tuple(why), files, size, sets))
    return found


def migrate(services: Services, sites: Sequence[str] | None, to: str = "", tell: Tell = _silent) -> list[Outcome]:
    """Move these sites, all at once; each one's failure is its own."""
    return _each(services, plans(services, sites, to), flow.migrate, tell)


def go_back(services: Services, sites: Sequence[str], tell: Tell = _silent) -> list[Outcome]:
    """The old hosts serve these sites again."""
    return _each(services, plans(services, sites), flow.go_back, tell)


def retire(services: Services, sites: Sequence[str], tell: Tell = _silent) -> list[Outcome]:
    """The old hosts answer for these sites with redirects only."""
    return _each(services, plans(services, sites), flow.retire, tell)


def _each(
    services: Services, moves: Sequence[Move], act: Callable[[Mover, Move], Progress], tell: Tell
) -> list[Outcome]:
    shelf = Shelf(services.store)
    with publisher(services) as sender, Hands(services.space.ssh_config).kept() as hands:
        for server, others in sender.secondaries.items():
            for name in (server, *others):
                sender.reach.endpoint(name)  # opened here once: the moves share the ways
        mover = Mover(hands, sender, shelf, lambda move: reasons(services, move), utc_now, tell)

        def one(move: Move) -> Outcome:
            try:
                with _alone(services.space.var, move.site):
                    return Outcome(move.site, act(mover, move))
            except JiyueError as error:
                return Outcome(move.site, shelf.progress(move.site), str(error), error.exit_code)

        with ThreadPoolExecutor(PARALLEL) as pool:
            return list(pool.map(one, moves))


@contextmanager
def _alone(var: Path, site: str) -> Iterator[None]:
    """One move of a site at a time on this machine; GateError for a second one."""
    folder = var / "moving"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / f"{site}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise GateError(f"site {site}", "somebody moves it already", "wait until that is over") from None
    finally:
        os.close(handle)


def worst(outcomes: Iterable[Outcome]) -> list[int]:
    """The exit codes of those that are not where they ought to be."""
    return [one.code for one in outcomes if one.code]
