"""Assessments, the journal of applies, stages of platforms and results of later steps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from inventory.errors import InputError
from inventory.vocab import Stage
from ipv6.ports import JournalEntry
from jiyue.store import schema
from jiyue.store.part import Part

PASSED, FAILED = "passed", "failed"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The safety assessment of one site; `result` is passed or failed, times are UTC."""

    site: str
    result: str
    at: str
    expires: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StageRecord:
    """Where a platform is in its life, since when and why."""

    platform: str
    stage: Stage
    reasons: tuple[str, ...]
    at: str


class Records(Part):
    """What the steps leave behind."""

    def put_assessment(self, site: str, result: str, at: str, expires: str, evidence: Mapping[str, Any]) -> None:
        """Add an assessment; the latest one of a site counts."""
        if result not in (PASSED, FAILED):
            raise InputError(f"assessment of {site}", f"{result!r} is no result", f"use {PASSED} or {FAILED}")
        values = {"site": site, "result": result, "at": at, "expires": expires, "evidence": _dump(evidence)}
        with self.database.write() as connection:
            connection.execute(schema.assessments.insert().values(**values))

    def assessments(self) -> dict[str, Assessment]:
        """The latest assessment of every site that has one."""
        table = schema.assessments
        latest = select(func.max(table.c.seq)).group_by(table.c.site)
        with self.database.read() as connection:
            rows = connection.execute(select(table).where(table.c.seq.in_(latest)).order_by(table.c.site)).all()
        return {
            row.site: Assessment(row.site, row.result, row.at, row.expires, json.loads(row.evidence)) for row in rows
        }

    def assessed_sites(self, now: str) -> frozenset[str]:
        """Sites whose latest assessment passed and has not expired at `now`."""
        found = self.assessments().values()
        return frozenset(one.site for one in found if one.result == PASSED and one.expires > now)

    def journal(self, entry: JournalEntry) -> None:
        """Append one line; on disk when this returns. `seq` and `at` are given here."""
        values = {"run": entry.run, "platform": entry.platform, "digest": entry.digest, "step": entry.step}
        values |= {"device": entry.device, "state": entry.state, "detail": entry.detail, "at": self.now()}
        with self.database.write() as connection:
            connection.execute(schema.journal.insert().values(**values))

    def entries(self, digest: str = "") -> tuple[JournalEntry, ...]:
        """The journal in order; of one change set when `digest` is given."""
        table = schema.journal
        wanted = select(table).order_by(table.c.seq)
        with self.database.read() as connection:
            rows = connection.execute(wanted.where(table.c.digest == digest) if digest else wanted).all()
        return tuple(
            JournalEntry(
                row.run, row.platform, row.digest, row.step, row.device, row.state, row.detail, row.seq, row.at
            )
            for row in rows
        )

    def last_states(self, digest: str) -> dict[str, str]:
        """The last journalled state of every device of one change set."""
        return {entry.device: entry.state for entry in self.entries(digest) if entry.device}

    def set_stage(self, platform: str, stage: Stage, reasons: tuple[str, ...] = ()) -> None:
        """Say where a platform is; a reason behind everything that is not as it should be."""
        with self.database.write() as connection:
            write_stage(connection, platform, stage, reasons, self.now())

    def stages(self) -> dict[str, StageRecord]:
        """The stage of every platform that has one."""
        with self.database.read() as connection:
            rows = connection.execute(select(schema.stages).order_by(schema.stages.c.platform)).all()
        return {
            row.platform: StageRecord(row.platform, Stage(row.stage), tuple(json.loads(row.reasons)), row.at)
            for row in rows
        }

    def put_result(self, kind: str, name: str, value: object) -> None:
        """Keep one JSON value under kind and name, replacing the one before."""
        row = {"kind": kind, "name": name, "json": _dump(value), "at": self.now()}
        with self.database.write() as connection:
            put(connection, schema.results, ("kind", "name"), row)

    def forget_results(self, kind: str, names: Sequence[str]) -> None:
        """Drop values of one kind; what is not there is no error."""
        table = schema.results
        with self.database.write() as connection:
            for name in names:
                connection.execute(table.delete().where(table.c.kind == kind, table.c.name == name))

    def results(self, kind: str) -> dict[str, Any]:
        """The values of one kind by name."""
        table = schema.results
        with self.database.read() as connection:
            rows = connection.execute(select(table).where(table.c.kind == kind).order_by(table.c.name)).all()
        return {row.name: json.loads(row.json) for row in rows}


def write_stage(connection: Connection, platform: str, stage: Stage, reasons: tuple[str, ...], at: str) -> None:
    """Set a stage inside a running transaction."""
    row = {"platform": platform, "stage": stage.value, "reasons": _dump(list(reasons)), "at": at}
    put(connection, schema.stages, ("platform",), row)


def put(connection: Connection, table: Table, key: Sequence[str], row: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with the same `key` columns; the same words on both databases."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**row)
    changed = {name: statement.excluded[name] for name in row if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
