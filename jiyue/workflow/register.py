"""The register of sites: brought in from offices' forms, whole or not at all; judged beside what runs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from inventory.atomic import write_if_changed
from inventory.errors import EnvironmentFailed, InputError, NothingChecked, Problems
from jiyue.exchange.read import tables
from jiyue.register import model, rules
from jiyue.register.form import Places, Row, read
from jiyue.register.model import Registered
from jiyue.register.rules import Coverage, Finding
from jiyue.workflow import moving, store
from jiyue.workflow.services import Services

FILE = "register.csv"
MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed, by domain name; `notes` says what of the files was left out."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The register beside what runs."""

    sites: tuple[Registered, ...]
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    hosted: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every registered site has moved and nothing was found."""
        return not self.findings and not any(one.missing for one in self.coverage)


def path_of(services: Services) -> Path:
    """The register's file; it belongs to the province's data and is committed with it."""
    return services.space.inventory / FILE


def load(services: Services) -> tuple[Registered, ...]:
    """The register; empty when there is none. Problems for everything in it that is none."""
    path, problems = path_of(services), list[InputError]()
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise EnvironmentFailed(str(path), f"cannot be read: {error.strerror}", "give this user the file") from error
    try:
        content = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(FILE, "is not UTF-8", "restore it from the repository") from None
    if len(raw) > MOST_BYTES:
        raise InputError(FILE, f"is larger than {MOST_BYTES >> 20} MiB", "restore it from the repository")
    found = model.parse(content, FILE, problems)
    problems += rules.clashes([Row(f"{FILE}:{number}", site) for number, site in enumerate(found, 2)])
    if problems:
        raise Problems(problems)
    return found


def bring_in(services: Services, files: Sequence[Path], dry_run: bool = False) -> Imported:
    """Take the sites of these forms into the register; sites that are in none of them stay as they are.

    Problems lists everything wrong in all files, each with its cell; then nothing at all is written.
    """
    places = Places.of(services.inventory.regions)
    problems, notes, rows = list[InputError](), list[str](), list[Row]()
    for path in files:
        try:
            for sheet in tables(path, notes):
                rows += read(sheet, places, problems, notes)
        except InputError as error:
            problems += [InputError(one.place, one.cause, one.fix) for one in error.lines]
    problems += rules.clashes(rows)
    with _alone(services):
        known = {one.host: one for one in load(services)}
        problems += rules.against(rows, known.values())
        if problems:
            raise Problems(problems)
        if not rows:
            raise NothingChecked("site import", "no site was found in these files", "see docs/sites.md for the columns")
        merged = known | {row.site.host: row.site for row in rows}
        if not dry_run:
            write_if_changed(path_of(services), model.text(merged.values()))
    added = tuple(row.site.host for row in rows if row.site.host not in known)
    changed = tuple(host for row in rows if (host := row.site.host) in known and known[host] != row.site)
    found = tuple(rules.findings(sorted(merged.values(), key=lambda one: one.host), places))
    return Imported(added, changed, len(rows) - len(added) - len(changed), found, tuple(notes))


def judge(services: Services) -> Judged:
    """The register against the guidelines and against what runs; NothingChecked when there is no register."""
    sites = load(services)
    if not sites:
        raise NothingChecked("site check", "there is no register", "run: jiyue site import FILE")
    hosted = _hosted(services)
    found = (*rules.findings(sites, Places.of(services.inventory.regions)), *rules.unregistered(sites, hosted))
    return Judged(sites, rules.coverage(sites, hosted), found, hosted)


def units(services: Services) -> tuple[Coverage, ...]:
    """How far each unit is; empty when there is no register."""
    return rules.coverage(load(services), _hosted(services))


def _hosted(services: Services) -> dict[str, str]:
    """Platform by site: those of the inventory, and those that moved here since."""
    hosted = {site.name: site.platform for site in services.inventory.sites}
    return hosted | (moving.moved(services) if store.exists(services) else {})


@contextmanager
def _alone(services: Services) -> Iterator[None]:
    """Two imports at once: the second waits, and sees what the first has written."""
    handle = os.open(path_of(services).parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
