"""Proposals and the authority's decisions; whatever is read is verified again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, func, select

from inventory.errors import GateError, InputError
from inventory.vocab import Stage
from ipv6.change.digest import digest as digest_of
from ipv6.change.digest import from_json, to_json
from ipv6.change.model import ChangeSet
from ipv6.ports import Approval
from jiyue.review import statement as statements
from jiyue.store import schema
from jiyue.store.database import Database
from jiyue.store.part import Part, utc_now
from jiyue.store.records import write_stage

STATUSES = ("proposed", "submitted", "approved", "rejected", "applied")


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A proposal without its text; `status` is one of STATUSES, times are UTC."""

    digest: str
    platform: str
    author: str
    created: str
    updated: str
    status: str
    reasons: tuple[str, ...]


class Proposals(Part):
    """Change sets by digest; `trusted` gives the reviewers' public keys by id, asked at every read."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], str] = utc_now,
        trusted: Callable[[], Mapping[str, Ed25519PublicKey]] = dict,
    ) -> None:
        super().__init__(database, now)
        self._trusted = trusted

    def save_proposal(self, change: ChangeSet, author: str) -> str:
        """Keep a change set word for word and make it the platform's current one; gives its digest.

        Saving the same one again changes neither author nor decision; one that had been applied is open again.
        """
        if not author.strip():
            raise InputError("author", "a proposal needs an author", "say who proposes it")
        text, key = to_json(change), digest_of(change)
        with self.database.write() as connection:
            table, at = schema.proposals, self.now()
            rank = (connection.execute(select(func.max(table.c.rank))).scalar() or 0) + 1
            row = connection.execute(select(table).where(table.c.digest == key)).first()
            if row is None:
                values = {"digest": key, "rank": rank, "platform": change.platform, "author": author, "created": at}
                connection.execute(
                    table.insert().values(**values, updated=at, status="proposed", change=text, reasons="[]")
                )
                write_stage(connection, change.platform, Stage.PROPOSED, (), at)
                return key
            # The envelope decides whether it may be applied again, not the word in this column.
            status = row.status
            if status == "applied":
                status = "approved" if _envelope(connection, key) else "proposed"
                write_stage(connection, change.platform, Stage(status), (), at)
            connection.execute(table.update().where(table.c.digest == key).values(rank=rank, updated=at, status=status))
        return key

    def submit(self, digest: str) -> ProposalRecord:
        """Hand a proposal to the authority; one that is submitted or approved already stays so."""
        with self.database.write() as connection:
            row = _row(connection, digest)
            if row.status == "rejected":
                cause = f"it was rejected: {'; '.join(json.loads(row.reasons))}"
                raise GateError(f"proposal {digest[:12]}", cause, "change what was asked for and propose again")
            if row.status == "proposed":
                _set_status(connection, row, "submitted", (), self.now())
            return _record(_row(connection, digest))

    def decide(self, digest: str, envelope: str) -> ProposalRecord:
        """Record a signed approval or rejection after verifying it; GateError when it does not hold."""
        statement, key_id = statements.read(envelope, self._trusted())
        with self.database.write() as connection:
            row = _row(connection, digest)
            _check_same(row, statement)
            # An approval that expired may be renewed for what runs already; nothing else changes then.
            renewed = row.status == "applied" and statement.decision == "approved"
            if row.status not in ("submitted", "approved") and not renewed:
                cause = f"its status is {row.status}, not submitted"
                raise GateError(f"proposal {digest[:12]}", cause, "submit it before it is reviewed")
            if statement.decision == "approved":
                statements.approval_of(statement, key_id, digest, self.now())
            values = {"digest": digest, "at": statement.at, "envelope": envelope}
            connection.execute(schema.approvals.insert().values(**values))
            if not renewed:
                _set_status(connection, row, statement.decision, statement.reasons, self.now())
            return _record(_row(connection, digest))

    def approval(self, digest: str) -> Approval:
        """The approval of exactly this digest, its signature, author and expiry checked now; GateError otherwise."""
        with self.database.read() as connection:
            row = _row(connection, digest)
            envelope = _envelope(connection, digest)
        if envelope is None:
            raise GateError(f"approval of {digest[:12]}", "nobody has approved it", "submit it and have it reviewed")
        statement, key_id = statements.read(envelope, self._trusted())
        _check_same(row, statement)
        return statements.approval_of(statement, key_id, digest, self.now())

    def change_set(self, digest: str) -> ChangeSet:
        """The stored change set; GateError when the stored text no longer has this digest."""
        with self.database.read() as connection:
            row = _row(connection, digest)
        try:
            change = from_json(row.change)
        except InputError as error:
            raise GateError(f"proposal {digest[:12]}", f"the stored text is damaged: {error.cause}", AGAIN) from error
        if digest_of(change) != digest or change.platform != row.platform:
            raise GateError(f"proposal {digest[:12]}", "the stored text has another digest", AGAIN)
        return change

    def proposal(self, digest: str) -> ProposalRecord:
        """The record of one proposal; InputError for an unknown digest."""
        with self.database.read() as connection:
            return _record(_row(connection, digest))

    def find(self, prefix: str) -> ProposalRecord:
        """The one proposal whose digest starts with `prefix` (8 characters at least); InputError otherwise."""
        found = [record for record in self.proposals() if record.digest.startswith(prefix)] if len(prefix) >= 8 else []
        if len(found) != 1:
            cause = f"{len(found)} proposals have a digest that starts with {prefix[:64]!r}"
            raise InputError("digest", cause, "give more digits; `jiyue review list` shows them")
        return found[0]

    def proposals(self) -> tuple[ProposalRecord, ...]:
        """Every proposal, the latest of each platform last."""
        with self.database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(schema.proposals.c.rank)).all()
        return tuple(_record(row) for row in rows)

    def current(self, platform: str) -> ProposalRecord | None:
        """The platform's latest proposal, whatever its status."""
        mine = schema.proposals.c.platform == platform
        with self.database.read() as connection:
            row = connection.execute(
                select(*_COLUMNS).where(mine).order_by(schema.proposals.c.rank.desc()).limit(1)
            ).first()
        return _record(row) if row else None

    def applied(self, digest: str) -> None:
        """Note that the change set is what runs now; an earlier applied one of the platform is no longer."""
        with self.database.write() as connection:
            row, table = _row(connection, digest), schema.proposals
            others = (table.c.platform == row.platform) & (table.c.status == "applied") & (table.c.digest != digest)
            connection.execute(table.update().where(others).values(status="approved", updated=self.now()))
            _set_status(connection, row, "applied", (), self.now())

    def reverted(self, digest: str, reasons: tuple[str, ...]) -> None:
        """Note that the change set does not run (any more): back to approved, with the reasons."""
        with self.database.write() as connection:
            _set_status(connection, _row(connection, digest), "approved", reasons, self.now())

    def applied_digest(self, platform: str) -> str:
        """The digest that runs on the platform, or empty text."""
        table = schema.proposals
        with self.database.read() as connection:
            wanted = (table.c.platform == platform) & (table.c.status == "applied")
            return str(connection.execute(select(table.c.digest).where(wanted)).scalar() or "")


AGAIN = "restore the store from its backup or propose again"
_COLUMNS = tuple(column for column in schema.proposals.c if column.name != "change")


def _row(connection: Connection, digest: str) -> Row[tuple[str, ...]]:
    row = connection.execute(select(schema.proposals).where(schema.proposals.c.digest == digest)).first()
    if row is None:
        raise InputError(f"digest {digest[:64]}", "there is no such proposal", "`jiyue review list` shows them")
    return row


def _record(row: Row[tuple[str, ...]]) -> ProposalRecord:
    reasons = tuple(json.loads(row.reasons))
    return ProposalRecord(row.digest, row.platform, row.author, row.created, row.updated, row.status, reasons)


def _envelope(connection: Connection, digest: str) -> str | None:
    table = schema.approvals
    latest = select(table.c.envelope).where(table.c.digest == digest).order_by(table.c.seq.desc()).limit(1)
    return connection.execute(latest).scalar()


def _check_same(row: Row[tuple[str, ...]], statement: statements.Statement) -> None:
    signed = (statement.digest, statement.platform, statement.author)
    if signed != (row.digest, row.platform, row.author):
        cause = (
            f"it was signed for {statement.platform} {statement.digest[:12]} by {statement.author}, not for this one"
        )
        raise GateError(f"approval of {row.digest[:12]}", cause, "ask the reviewer to approve again")


def _set_status(
    connection: Connection, row: Row[tuple[str, ...]], status: str, reasons: tuple[str, ...], at: str
) -> None:
    values = {"status": status, "updated": at, "reasons": json.dumps(reasons, ensure_ascii=False)}
    connection.execute(schema.proposals.update().where(schema.proposals.c.digest == row.digest).values(**values))
    table = schema.proposals
    newest = select(func.max(table.c.rank)).where(table.c.platform == row.platform)
    if row.rank == connection.execute(newest).scalar():
        # Only the current proposal speaks for the platform.
        write_stage(connection, row.platform, Stage(status), reasons, at)
