"""The store as one thing: where it is, how it is, backup, restore, layouts, the ledger's chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import EnvironmentFailed, InputError
from jiyue.store import backup as backups
from jiyue.store import migrate as layouts
from jiyue.store import restore as restores
from jiyue.store.anchor import Head
from jiyue.store.archive import Archive
from jiyue.store.database import Database
from jiyue.store.examine import Status, check_guards
from jiyue.store.examine import status as look
from jiyue.store.failures import StoreDamaged
from jiyue.store.part import utc_now
from jiyue.store.restore import Restored
from jiyue.store.url import store_url
from jiyue.workflow.services import Services

Each = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at: records of the ledger, guarded tables' triggers, and where the ledger ends."""

    records: int
    guards: int
    head: Head


def exists(services: Services) -> bool:
    """Whether there is a store to look at; one on a server is taken to be there."""
    found = store_url(services.store_place)
    return found.get_backend_name() != "sqlite" or Path(str(found.database)).is_file()


def status(services: Services) -> Status:
    """How the store is; EnvironmentFailed when there is none."""
    _require(services)
    return look(services.store.database, len(services.store.quarantined()))


def backup(services: Services, path: Path, each: Each) -> backups.Summary:
    """Write the whole store to a new file while others go on working; the ledger's chain is verified first."""
    _require(services)
    services.store.verify_chain()
    with services.store.database.read() as connection:
        return backups.write(connection, path, utc_now(), each)


def restore(services: Services, path: Path, replace: bool, each: Each) -> Restored:
    """Put a backup in place of the store, which must be empty unless `replace`; the old one is kept beside it.

    GateError for a store that holds something, InputError for a backup that is not whole. All or nothing.
    """
    Archive(path)  # refused before anything is touched
    where = store_url(services.store_place)
    at = utc_now()
    stamp = at.replace(":", "").replace("-", "")
    keep = services.space.var / f"store-{stamp}.backup" if replace else None
    services.space.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        database = Database(where, migrating=True)
    except StoreDamaged:
        if not replace:
            raise
        return _beside(services, Path(str(where.database)), path, stamp, each)
    done = restores.restore(database, path, keep, at, each)
    services.store.accept_head()
    return done


def migrate(services: Services) -> tuple[str, str]:
    """Bring the store to the newest layout; gives the layouts before and after (empty: there was none)."""
    services.space.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    where = store_url(services.store_place)
    database = Database(where, migrating=True)
    return database.before, layouts.newest()


def verify(services: Services, known: str, accept: bool) -> Verified:
    """Every hash of the ledger, the guards, and that it still contains what was seen before (`known`: COUNT:HASH).

    `accept` takes the ledger as it is for the newest that this machine knows. EnvironmentFailed for what does not fit.
    """
    _require(services)
    head = _head(known) if known else None
    if accept:
        services.store.accept_head()
    records = services.store.verify_chain(head)
    guards = check_guards(services.store.database)
    return Verified(records, guards, services.store.head())


def head(services: Services) -> Head:
    """Where the ledger ends."""
    _require(services)
    return services.store.head()


def _require(services: Services) -> None:
    if not exists(services):
        where = store_url(services.store_place)
        raise EnvironmentFailed(str(where.database), "there is no store here", "run `jiyue ipv6 plan` first")


def _beside(services: Services, file: Path, path: Path, stamp: str, each: Each) -> Restored:
    """A damaged file is moved away whole; it comes back when the backup cannot be restored."""
    moved: list[tuple[Path, Path]] = []
    try:
        for suffix in ("", "-wal", "-shm"):
            old = file.with_name(file.name + suffix)
            if old.exists():
                new = file.with_name(f"{file.name}.damaged-{stamp}{suffix}")
                old.rename(new)
                moved.append((new, old))
        done = restores.restore(Database(file), path, None, utc_now(), each)
    except BaseException:
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        for new, old in moved:
            new.rename(old)
        raise
    services.store.accept_head()
    return Restored(done.summary, moved[0][0], 0)


def _head(text: str) -> Head:
    count, _, value = text.partition(":")
    if not count.isascii() or not count.isdigit() or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise InputError(
            "--head", f"{text[:80]!r} is no head of a ledger", "write COUNT:HASH as `store head` prints it"
        )
    return Head(int(count), value)
