"""`jiyue review queue`: the authority's desk."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from ipv6.change.findings import SEVERITIES
from jiyue.cli.findings import finding_line, reasons_of
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow.review_queue import Waiting, queue
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

SHOWN = 8
"""Findings of one proposal on the screen; `--json` has all of them."""


def add(group: typer.Typer) -> None:
    """Add the verb."""

    @verb(
        group,
        "queue",
        "Every proposal with its age and size, what moved and what was found.",
        "jiyue review queue\njiyue review queue --observe --json",
    )
    def show(
        session: Session,
        platforms: Annotated[
            list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))
        ] = None,
        observe: Annotated[
            bool, typer.Option("--observe", help=_("Read the devices too and say what moved there."))
        ] = False,
    ) -> None:
        services = open_services(session.workspace)
        rows = queue(services, chosen(services, platforms or [], shared=True), observe, prechecked=True)
        open_now = sum(row.record.status == "submitted" for row in rows)
        totals = {"proposals": len(rows), "open": open_now, "reviews_due": sum(bool(row.after) for row in rows)}
        payload = {"proposals": [row.as_dict() for row in rows], "totals": totals}
        session.emit("review-queue", payload, lambda console: _print(console, rows))


def _print(console: Console, rows: list[Waiting]) -> None:
    grid = table(
        _("platform"), _("wave"), _("status"), _("age"), _("devices"), _("records"), _("sites"), _("signed"),
        _("moved"), _("findings"), _("comments"), breaks=(-2,),
    )  # fmt: skip
    for row in rows:
        found = " ".join(f"{_(name)} {row.counts[name]}" for name in SEVERITIES if row.counts[name]) or "-"
        age = f"{row.hours / 24:.0f} d" if row.hours >= 48 else f"{max(row.hours, 0):.0f} h"
        status = _(row.record.status) + (" !" if row.emergency or row.after else "")
        grid.add_row(
            row.record.platform, row.wave, status, age, f"{row.devices}+{row.deferred}", str(row.records),
            str(row.sites), f"{len(row.signers)}/{row.needed}", str(len(row.moved)), found, str(row.comments),
        )  # fmt: skip
    console.print(grid)
    for row in rows:
        name = row.record.platform
        for reason in reasons_of(row):
            console.print(f"! {name}: {reason}", markup=False)
        for one in row.findings[:SHOWN]:
            console.print(f"{name}: {finding_line(one)}", markup=False)
        if len(row.findings) > SHOWN:
            more = _("{count} more findings: --json").format(count=len(row.findings) - SHOWN)
            console.print(f"{name}: {more}", markup=False)
