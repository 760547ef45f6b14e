"""`jiyue status`."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.services import open_services
from jiyue.workflow.status import platform_rows


def table_of(rows: list[dict[str, Any]]) -> Table:
    """The 15 platforms as people read them."""
    table = Table(
        _("platform"),
        _("code"),
        _("stage"),
        _("stack"),
        _("sites"),
        _("deferred"),
        _("digest"),
        _("approved by"),
        _("reasons"),
    )
    for row in rows:
        sites = f"{row['sites_ready']}/{row['sites_total']}"
        table.add_row(
            row["name"], row["code"], _(row["stage"]), _(row["stack"]), sites, str(row["deferred"]), row["digest"][:12],
            row["approved_by"], "\n".join(translate(reason) for reason in row["reasons"][:3]),
        )  # fmt: skip
    return table


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(app, "status", "Where every platform stands, and why.", "jiyue status --json")
    def status(session: Session) -> int:
        rows = platform_rows(open_services(session.workspace))

        def text(console: Console) -> None:
            console.print(table_of(rows))

        session.emit("status", {"environment": session.environment, "platforms": rows}, text)
        return 0 if all(row["stage"] == "accepted" for row in rows) else 1
