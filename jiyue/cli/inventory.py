"""`jiyue inventory check`."""

from __future__ import annotations

import typer
from rich.console import Console

from inventory import source
from jiyue.cli.output import Session, report_error
from jiyue.cli.verbs import verb
from jiyue.i18n import _


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The province as data."), no_args_is_help=True)
    app.add_typer(group, name="inventory")

    @verb(
        group,
        "check",
        "Validate the whole inventory; every error with file and line, all at once.",
        "jiyue inventory check",
    )
    def check(session: Session) -> int:
        space = session.workspace
        problems = source.check(space.inventory, space.environment)
        code = 0
        if session.as_json:
            session.emit("inventory-check", {"problems": [problem.as_dict() for problem in problems]}, lambda _c: None)
            code = 2 if problems else 0
        else:
            for problem in problems:
                code = report_error(problem)
        if not problems and not session.as_json:
            data = source.load(space.inventory, space.environment)

            def text(console: Console) -> None:
                console.print(
                    _(
                        "inventory is valid: {regions} regions, {platforms} platforms, {devices} devices, {sites} sites"
                    ).format(
                        regions=len(data.regions),
                        platforms=len(data.platforms),
                        devices=len(data.devices),
                        sites=len(data.sites),
                    )
                )

            text(session.console)
        return code
