"""Proposals by digest: kept word for word, handed in, applied, taken back. What is read is verified again."""

from __future__ import annotations

from sqlalchemy import func, select

from inventory.errors import GateError, InputError
from inventory.vocab import Stage
from ipv6.change.digest import of_text, to_json
from ipv6.change.model import ChangeSet
from jiyue.review.hearing import PROPOSE, opened
from jiyue.store import schema
from jiyue.store.audit import append
from jiyue.store.decisions import Decisions
from jiyue.store.proposal_rows import COLUMNS, STATUSES, ProposalRecord, record_of, row_of, set_status
from jiyue.store.records import write_stage

__all__ = ["STATUSES", "ProposalRecord", "Proposals"]


class Proposals(Decisions):
    """Change sets by digest, and the decisions on them."""

    def save_proposal(self, change: ChangeSet, author: str) -> str:
        """Keep a change set word for word and make it the platform's current one; gives its digest.

        Saving the same one again changes neither author nor decision; one that had been applied is open again.
        """
        if not author.strip():
            raise InputError("author", "a proposal needs an author", "say who proposes it")
        text = to_json(change)
        key = of_text(text)
        with self.database.write() as connection:
            table, at = schema.proposals, self.now()
            rank = (connection.execute(select(func.max(table.c.rank))).scalar() or 0) + 1
            row = connection.execute(select(table).where(table.c.digest == key)).first()
            if row is None:
                values = {"digest": key, "rank": rank, "platform": change.platform, "author": author, "created": at}
                connection.execute(
                    table.insert().values(**values, updated=at, status="proposed", change=text, reasons="[]")
                )
                append(connection, at, "proposed", author, key, {"platform": change.platform})
                write_stage(connection, change.platform, Stage.PROPOSED, (), at)
                return key
            # The envelopes decide whether it may be applied again, not the word in this column.
            status = row.status
            if status == "applied":
                known = schema.approvals
                signed = connection.execute(select(known.c.seq).where(known.c.digest == key).limit(1)).first()
                status = "approved" if signed else "proposed"
                write_stage(connection, change.platform, Stage(status), (), at)
            connection.execute(table.update().where(table.c.digest == key).values(rank=rank, updated=at, status=status))
        return key

    def change_set(self, digest: str) -> ChangeSet:
        """The stored change set; GateError when the stored text no longer has this digest."""
        with self.database.read() as connection:
            row = row_of(connection, digest)
        change = opened(row.change, digest)
        if change.platform != row.platform:
            cause = f"it is filed under {row.platform}, but it is {change.platform}'s"
            raise GateError(f"proposal {digest[:12]}", cause, PROPOSE)
        return change

    def proposal(self, digest: str) -> ProposalRecord:
        """The record of one proposal; InputError for an unknown digest."""
        with self.database.read() as connection:
            return record_of(row_of(connection, digest))

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
            rows = connection.execute(select(*COLUMNS).order_by(schema.proposals.c.rank)).all()
        return tuple(record_of(row) for row in rows)

    def current(self, platform: str) -> ProposalRecord | None:
        """The platform's latest proposal, whatever its status."""
        mine = schema.proposals.c.platform == platform
        with self.database.read() as connection:
            row = connection.execute(
                select(*COLUMNS).where(mine).order_by(schema.proposals.c.rank.desc()).limit(1)
            ).first()
        return record_of(row) if row else None

    def applied(self, digest: str) -> None:
        """Note that the change set is what runs now; an earlier applied one of the platform is no longer."""
        with self.database.write() as connection:
            row, table, at = row_of(connection, digest), schema.proposals, self.now()
            others = (table.c.platform == row.platform) & (table.c.status == "applied") & (table.c.digest != digest)
            connection.execute(table.update().where(others).values(status="approved", updated=at))
            set_status(connection, row, "applied", (), at)
            append(connection, at, "applied", "", digest, {"platform": row.platform})

    def reverted(self, digest: str, reasons: tuple[str, ...]) -> None:
        """Note that the change set does not run (any more): back to approved, with the reasons."""
        with self.database.write() as connection:
            row, at = row_of(connection, digest), self.now()
            set_status(connection, row, "approved", reasons, at)
            append(connection, at, "reverted", "", digest, {"platform": row.platform, "why": "; ".join(reasons)})

    def applied_digest(self, platform: str) -> str:
        """The digest that runs on the platform, or empty text."""
        table = schema.proposals
        with self.database.read() as connection:
            wanted = (table.c.platform == platform) & (table.c.status == "applied")
            return str(connection.execute(select(table.c.digest).where(wanted)).scalar() or "")
