"""`jiyue report build`; the other verbs of the group have files of their own."""

from __future__ import annotations

import typer

from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _
from jiyue.workflow.services import open_services


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("Reports for people."), no_args_is_help=True)
    app.add_typer(group, name="report")

    @verb(
        group,
        "build",
        "Write var/report/index.html and report.json, and remember the run for trends.",
        "jiyue report build --lang en",
    )
    def build(session: Session) -> None:
        from jiyue.workflow.report import build as write

        path = write(open_services(session.workspace))
        files = {"path": str(path), "json": str(path.with_name("report.json"))}
        session.emit("report-build", files, lambda console: console.print(str(path), markup=False))

    add_parts(group, "report")
