"""`jiyue accept run`; the other verbs of the group have files of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("Acceptance testers."), no_args_is_help=True)
    app.add_typer(group, name="accept")

    @verb(group, "run", "Run the acceptance suite over what runs now.", "jiyue accept run changsha\njiyue accept run")
    def run(
        session: Session,
        platforms: Annotated[list[str] | None, typer.Argument(help=_("Platforms; all when none is named."))] = None,
    ) -> int:
        from jiyue.workflow.accept import accept
        from jiyue.workflow.report import remember

        services = open_services(session.workspace)
        done = accept(services, chosen(services, platforms or []), ConsoleReporter(session.console))
        remember(services)
        session.emit("accept-run", done.result.data(), lambda console: None)
        return done.code

    add_parts(group, "accept")
