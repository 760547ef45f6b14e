"""The append-only ledger of claims, chained by hashes so that a silent edit shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from inventory.errors import EnvironmentFailed, InputError
from ipv6.change.encoding import canonical
from ipv6.change.model import Claim
from jiyue.store import schema
from jiyue.store.part import Part

START = "0" * 64


def link_hash(prev_hash: str, claim: Claim, at: str) -> str:
    """sha256 in hex over the previous hash, the claim and its time."""
    return hashlib.sha256(canonical([prev_hash, claim.key, claim.prefix, claim.parent, at])).hexdigest()


class Ledger(Part):
    """Claims: read, allocate inside the lock, verify."""

    def claims(self) -> tuple[Claim, ...]:
        """Every claim in the order of its making."""
        with self.database.read() as connection:
            return _claims(connection)

    def allocate(self, choose: Callable[[Sequence[Claim]], Sequence[Claim]]) -> tuple[Claim, ...]:
        """Let `choose` pick new claims, given the ledger as it is inside the write lock; gives the new ones.

        Two processes at once never see the same ledger, so they never choose the same prefix. An error in `choose`
        leaves the ledger as it was. InputError when it claims a key again with another prefix.
        """
        with self.database.write() as connection:
            held = _claims(connection)
            by_key = {claim.key: claim for claim in held}
            head = connection.execute(
                select(schema.claims.c.hash).order_by(schema.claims.c.seq.desc()).limit(1)
            ).scalar()
            previous, at, rows, new = head or START, self.now(), [], []
            for claim in choose(held):
                known = by_key.get(claim.key)
                if known is not None:
                    if known != claim:
                        cause = f"it is {known.prefix} in the ledger and cannot become {claim.prefix}"
                        raise InputError(f"claim {claim.key}", cause, "a claim keeps its prefix for ever")
                    continue
                by_key[claim.key] = claim
                following = link_hash(previous, claim, at)
                row = {"key": claim.key, "prefix": claim.prefix, "parent": claim.parent, "at": at}
                rows.append({**row, "prev_hash": previous, "hash": following})
                new.append(claim)
                previous = following
            if rows:
                connection.execute(schema.claims.insert(), rows)
        return tuple(new)

    def verify_chain(self) -> int:
        """Recompute every hash; the number of claims, or EnvironmentFailed at the first one that does not fit."""
        with self.database.read() as connection:
            rows = connection.execute(select(schema.claims).order_by(schema.claims.c.seq)).all()
        previous = START
        for position, row in enumerate(rows, start=1):
            expected = link_hash(previous, Claim(row.key, row.prefix, row.parent), row.at)
            if row.seq != position or row.prev_hash != previous or row.hash != expected:
                cause = f"claim {position} ({row.key}) does not fit the chain: the ledger was edited"
                raise EnvironmentFailed(str(self.database.path), cause, "restore the last backup")
            previous = row.hash
        return len(rows)


def _claims(connection: Connection) -> tuple[Claim, ...]:
    table = schema.claims
    rows = connection.execute(select(table.c.key, table.c.prefix, table.c.parent).order_by(table.c.seq))
    return tuple(Claim(row.key, row.prefix, row.parent) for row in rows)
