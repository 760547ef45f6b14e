"""The log of everything that was decided, handed in, refused or changed about keys: append-only and chained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from ipv6.change.encoding import canonical
from jiyue.review import chain
from jiyue.review.chain import Entry
from jiyue.review.dsse import fingerprint
from jiyue.store import schema_review as schema
from jiyue.store.part import Part

ADOPTED = "adopted"
"""Kind of the entry that says how many approvals there were before there was a log."""
MAX_DETAIL = 2000
"""Characters of one detail; what a stranger sends must not fill the log."""


class Audit(Part):
    """The log: note, read."""

    def log_event(self, kind: str, actor: str, subject: str, **detail: Any) -> None:
        """Add one entry of its own; on disk when this returns."""
        with self.database.write() as connection:
            append(connection, self.now(), kind, actor, subject, detail)

    def log(self, subject: str = "") -> tuple[Entry, ...]:
        """All entries in order; those about one subject when it is named."""
        table = schema.audit
        wanted = select(table).order_by(table.c.seq)
        with self.database.read() as connection:
            rows = connection.execute(wanted.where(table.c.subject == subject) if subject else wanted).all()
        return tuple(Entry(*row) for row in rows)

    def checkpoint_envelopes(self) -> tuple[str, ...]:
        """Every checkpoint in the store, oldest first."""
        table = schema.checkpoints
        with self.database.read() as connection:
            return tuple(connection.execute(select(table.c.envelope).order_by(table.c.seq)).scalars())

    def put_checkpoint(self, envelope: str, actor: str, seq: int) -> None:
        """Keep a signed checkpoint and say so in the log."""
        with self.database.write() as connection:
            at = self.now()
            connection.execute(schema.checkpoints.insert().values(at=at, envelope=envelope))
            append(connection, at, "checkpoint", actor, str(seq), {"envelope": fingerprint(envelope)})


def append(
    connection: Connection, at: str, kind: str, actor: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Add an entry inside a running write transaction, which holds the lock that keeps the chain single."""
    table = schema.audit
    last = connection.execute(select(table).order_by(table.c.seq.desc()).limit(1)).first()
    previous = Entry(*last) if last is not None else None
    text = canonical({key: _short(value) for key, value in (detail or {}).items()}).decode()
    made = chain.entry(previous, at, kind, _short(actor), _short(subject), text)
    connection.execute(table.insert().values({name: getattr(made, name) for name in Entry.__slots__}))


def _short(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    clean = value.encode("utf-8", "replace").decode()
    return clean if len(clean) <= MAX_DETAIL else clean[:MAX_DETAIL] + "…"
