"""The keyring as the store has seen it: an older one, another one of the same version or another root is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from inventory.errors import GateError
from jiyue.review.keyring import Keyring
from jiyue.review.trust import SignedRing, Trust, nobody
from jiyue.store import schema_review as schema
from jiyue.store.audit import append
from jiyue.store.database import Database
from jiyue.store.part import Part, utc_now

FIX = "take the newest keyring of the province; `jiyue review verify-log` shows what was seen"


class Rings(Part):
    """Reads the keyring anew at every question; `trust` says where it is and what the rules are."""

    def __init__(
        self, database: Database, now: Callable[[], str] = utc_now, trust: Trust | None = None, **more: Any
    ) -> None:
        super().__init__(database, now, **more)
        self.trust = trust or nobody()

    def keyring(self) -> Keyring:
        """The keyring in force; GateError when it is missing, forged, expired, older than one seen before, or forked.

        A newer one than ever seen is remembered, so that it cannot be taken back behind the store.
        """
        signed = self.trust.ring()
        now = self.now()
        if now >= signed.ring.expires:
            raise GateError("keyring", f"it expired at {signed.ring.expires}", "sign it anew: jiyue review keys renew")
        with self.database.read() as connection:
            known = _check(connection, signed)
        if not known:
            with self.database.write() as connection:
                if not _check(connection, signed):
                    _remember(connection, signed, now)
        return signed.ring

    def renewable(self) -> SignedRing:
        """The keyring to build the next version on: as `keyring`, but it may have expired."""
        signed = self.trust.ring()
        with self.database.read() as connection:
            _check(connection, signed)
        return signed

    def change_keyring(
        self, signed: SignedRing, save: Callable[[], None], actor: str, what: str, key: str, why: str
    ) -> None:
        """Put a new version in place with `save` and remember it; GateError when somebody else was faster.

        The file comes first: should the process die in between, the next reader remembers what it finds.
        """
        with self.database.write() as connection:
            _check(connection, signed, exactly_next=True)
            save()
            _remember(connection, signed, self.now())
            append(connection, self.now(), f"key-{what}", actor, key, {"why": why, "version": signed.ring.version})


def _check(connection: Connection, signed: SignedRing, exactly_next: bool = False) -> bool:
    """Whether this very keyring was seen before; GateError when it does not continue what was seen."""
    table, ring = schema.keyrings, signed.ring
    last = connection.execute(select(table).order_by(table.c.version.desc()).limit(1)).first()
    log = schema.audit
    told = connection.execute(
        select(log.c.subject).where(log.c.kind == "keyring").order_by(log.c.seq.desc()).limit(1)
    ).scalar()
    if (told or "") != (str(last.version) if last else ""):
        # Forgetting what was seen would let an older keyring come back.
        raise GateError("keyring", "what the store has seen of it does not fit the log", FIX)
    if last is None:
        return False
    if last.root != signed.root:
        raise GateError("keyring", "it is signed by another root key than the one this store knows", FIX)
    if ring.version < last.version:
        cause = f"it has version {ring.version}, the store has seen {last.version}: an older one was put back"
        raise GateError("keyring", cause, FIX)
    if ring.version == last.version:
        if last.fingerprint != signed.fingerprint or exactly_next:
            raise GateError("keyring", f"there is another keyring of version {ring.version}", FIX)
        return True
    # Versions in between may have been made on another machine; the one right after must name the one we saw.
    if ring.version == last.version + 1 and ring.previous != last.fingerprint:
        raise GateError(
            "keyring", f"version {ring.version} does not continue the version {last.version} seen here", FIX
        )
    return False


def _remember(connection: Connection, signed: SignedRing, at: str) -> None:
    values = {"version": signed.ring.version, "fingerprint": signed.fingerprint, "root": signed.root, "at": at}
    connection.execute(schema.keyrings.insert().values(values))
    detail = {"fingerprint": signed.fingerprint, "root": signed.root, "keys": len(signed.ring.members)}
    append(connection, at, "keyring", "", str(signed.ring.version), detail)
