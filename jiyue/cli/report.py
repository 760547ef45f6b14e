"""`jiyue report build`."""

from __future__ import annotations

import typer

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow.services import open_services


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("Reports for people."), no_args_is_help=True)
    app.add_typer(group, name="report")

    @verb(group, "build", "Write var/report/index.html.", "jiyue report build --lang en")
    def build(session: Session) -> None:
        from jiyue.workflow.report import build as write

        path = write(open_services(session.workspace))
        session.emit("report-build", {"path": str(path)}, lambda console: console.print(str(path), markup=False))
