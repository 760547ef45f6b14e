"""Whether the log holds: the chain, its signed checkpoints, and the tables beside it that it names row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from inventory.errors import GateError
from jiyue.review import chain, checkpoint
from jiyue.review.chain import Break, Entry
from jiyue.review.dsse import fingerprint
from jiyue.review.keyring import Keyring
from jiyue.store import schema, schema_review
from jiyue.store.audit import ADOPTED
from jiyue.store.comments import Comment
from jiyue.store.decisions import DECISIONS
from jiyue.store.store import Store


@dataclass(frozen=True, slots=True)
class LogReport:
    """What was found: entries, the last hash, checkpoints that fit, the entries since the last one, the breaks."""

    entries: int
    head: str
    checkpoints: int
    since: int
    signer: str
    breaks: tuple[Break, ...]


def check_log(store: Store, environment: str, kept: Sequence[str] = ()) -> LogReport:
    """Recompute everything; `kept` are envelopes of checkpoints from outside the store.

    GateError when there are checkpoints and the keyring cannot be read.
    """
    rows = store.log()
    breaks = list(chain.breaks(rows))
    envelopes = dict.fromkeys((*store.checkpoint_envelopes(), *kept))
    ring = store.keyring() if envelopes else None
    good, last, signer = 0, 0, ""
    for envelope in envelopes:
        assert ring is not None
        found = _checkpoint(envelope, ring, environment, rows)
        if isinstance(found, Break):
            breaks.append(found)
            continue
        good += 1
        if found[0] >= last:
            last, signer = found
    with store.database.read() as connection:
        breaks += _loose(connection, rows)
    head = rows[-1].hash if rows else chain.START
    return LogReport(len(rows), head, good, len(rows) - last, signer, tuple(dict.fromkeys(breaks)))


def _checkpoint(envelope: str, ring: Keyring, environment: str, rows: Sequence[Entry]) -> Break | tuple[int, str]:
    try:
        found, signer = checkpoint.read(envelope, ring, environment)
    except GateError as error:
        return Break(0, f"a checkpoint does not hold: {error.cause}")
    return checkpoint.compare(found, rows) or (found.seq, signer)


def _loose(connection: Connection, rows: Sequence[Entry]) -> Iterable[Break]:
    """Rows of other tables that the log does not name, and entries whose row is not there."""
    adopted = max((int(str(_detail(row).get("approvals", 0))) for row in rows if row.kind == ADOPTED), default=0)
    approvals, submissions, checkpoints = schema.approvals, schema_review.submissions, schema_review.checkpoints
    for table, kinds, first in (
        (approvals, DECISIONS, adopted),
        (submissions, "submitted", 0),
        (checkpoints, "checkpoint", 0),
    ):
        held = {
            fingerprint(text)
            for text in connection.execute(select(table.c.envelope).where(table.c.seq > first)).scalars()
        }
        named = {str(_detail(row).get("envelope", "")): row for row in rows if row.kind in kinds.split()}
        named.pop("", None)
        for name in sorted(set(named) - held):
            row = named[name]
            yield Break(row.seq, f"what it says was signed is not in the table {table.name}: removed or edited")
        if held - set(named):
            yield Break(0, f"{len(held - set(named))} rows of the table {table.name} are not in the log: slipped in")
    rings = schema_review.keyrings
    seen = {(str(row.version), row.fingerprint) for row in connection.execute(select(rings))}
    told = {(row.subject, str(_detail(row).get("fingerprint", ""))): row.seq for row in rows if row.kind == "keyring"}
    for version, name in sorted(set(told) ^ seen):
        yield Break(told.get((version, name), 0), f"keyring version {version} is not the same in the log and beside it")
    yield from _comments(connection, rows)


def _comments(connection: Connection, rows: Sequence[Entry]) -> Iterable[Break]:
    """Comments that are not what the log says word by word; entries of older versions name the beginning."""
    table = schema_review.comments
    columns = [table.c[name] for name in Comment.__slots__]
    left = [Comment(*row) for row in connection.execute(select(*columns).order_by(table.c.seq))]
    for row in rows:
        if row.kind != "commented":
            continue
        detail = _detail(row)
        if "comment" in detail:
            found = next((one for one in left if one.mark == detail["comment"]), None)
        else:
            start = (row.subject, row.at, row.actor, detail.get("about"), detail.get("words"))
            found = next(
                (one for one in left if (one.digest, one.at, one.author, one.about, one.words[:200]) == start), None
            )
        if found is None:
            yield Break(row.seq, "what it says was commented is not in the table comments: removed or edited")
        else:
            left.remove(found)
    if left:
        yield Break(0, f"{len(left)} rows of the table {table.name} are not in the log: slipped in")


def _detail(row: Entry) -> dict[str, object]:
    try:
        found = json.loads(row.detail)
    except ValueError:  # the chain tells of it
        return {}
    return found if isinstance(found, dict) else {}
