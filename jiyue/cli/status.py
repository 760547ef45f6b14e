"""`jiyue status`."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, language, translate
from jiyue.workflow.services import open_services
from jiyue.workflow.status import platform_rows


def show(console: Console, rows: list[dict[str, Any]]) -> None:
    """The 15 platforms as people read them, then every reason behind what is not as it should be."""
    shown = table(
        _("platform"),
        _("code"),
        _("stage"),
        _("stack"),
        _("sites"),
        _("deferred"),
        _("digest"),
        _("approved by"),
        breaks=(0, -1),
    )
    for row in rows:
        sites = f"{row['sites_ready']}/{row['sites_total']}"
        name = row["region"] if language() == "zh" else row["name"]
        shown.add_row(
            name, row["code"], _(row["stage"]), _(row["stack"]), sites, str(row["deferred"]), row["digest"][:8],
            ", ".join(one.split(" (")[0] for one in row["approved_by"].split(", ")),
        )  # fmt: skip
    console.print(shown)
    for row in rows:
        for reason in row["reasons"]:
            console.print(f"✗ {row['name']}: {translate(reason)}", markup=False)


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(app, "status", "Where every platform stands, and why.", "jiyue status --json")
    def status(session: Session) -> int:
        rows = platform_rows(open_services(session.workspace))
        session.emit(
            "status", {"environment": session.environment, "platforms": rows}, lambda console: show(console, rows)
        )
        return 0 if all(row["stage"] == "accepted" for row in rows) else 1
