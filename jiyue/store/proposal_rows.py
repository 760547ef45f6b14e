"""Rows of proposals as values, and the steps that happen inside one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Table, func, select

from inventory.errors import GateError, InputError
from inventory.vocab import Stage
from jiyue.review.dsse import fingerprint
from jiyue.store import schema, schema_review
from jiyue.store.records import write_stage

STATUSES = ("proposed", "submitted", "approved", "rejected", "applied")
COLUMNS = tuple(column for column in schema.proposals.c if column.name != "change")
RESTORE = "restore the store from its backup; `jiyue review verify-log` says where it was touched"


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


def row_of(connection: Connection, digest: str) -> Row[tuple[str, ...]]:
    """The whole row of a proposal; InputError for an unknown digest."""
    row = connection.execute(select(schema.proposals).where(schema.proposals.c.digest == digest)).first()
    if row is None:
        raise InputError(f"digest {digest[:64]}", "there is no such proposal", "`jiyue review list` shows them")
    return row


def record_of(row: Row[tuple[str, ...]]) -> ProposalRecord:
    """A row as a value."""
    reasons = tuple(json.loads(row.reasons))
    return ProposalRecord(row.digest, row.platform, row.author, row.created, row.updated, row.status, reasons)


def envelopes(connection: Connection, table: Table, digest: str, logged: str) -> tuple[str, ...]:
    """Every envelope of a proposal in a table, each once; GateError when they are not those that the log names.

    `logged` are the kinds of the log's entries, separated by spaces. An edited, removed or slipped-in row shows here,
    before anything in it is read.
    """
    found = connection.execute(select(table.c.envelope).where(table.c.digest == digest).order_by(table.c.seq)).scalars()
    held = tuple(dict.fromkeys(found))
    audit = schema_review.audit
    wanted = (audit.c.subject == digest) & audit.c.kind.in_(logged.split())
    details = connection.execute(select(audit.c.detail).where(wanted)).scalars()
    noted = {json.loads(detail).get("envelope", "") for detail in details} - {""}
    known = {fingerprint(envelope) for envelope in held}
    if noted - known:
        cause = f"{len(noted - known)} signed {table.name} that the log names are not in the store"
        raise GateError(f"proposal {digest[:12]}", cause, RESTORE)
    if known - noted:
        cause = f"{len(known - noted)} {table.name} in the store are not in the log"
        raise GateError(f"proposal {digest[:12]}", cause, RESTORE)
    return held


def set_status(
    connection: Connection, row: Row[tuple[str, ...]], status: str, reasons: tuple[str, ...], at: str
) -> None:
    """Change a proposal's status; the platform's stage follows when it is the current one."""
    values = {"status": status, "updated": at, "reasons": json.dumps(reasons, ensure_ascii=False)}
    connection.execute(schema.proposals.update().where(schema.proposals.c.digest == row.digest).values(**values))
    table = schema.proposals
    newest = select(func.max(table.c.rank)).where(table.c.platform == row.platform)
    if row.rank == connection.execute(newest).scalar():
        # Only the current proposal speaks for the platform.
        write_stage(connection, row.platform, Stage(status), reasons, at)
