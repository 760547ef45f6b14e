"""`jiyue inventory check`."""

from __future__ import annotations

import typer

from inventory import source
from ipv6.drivers import registry
from jiyue.cli.output import Session, report_error
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate


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
        found = source.examine(space.inventory, space.environment, frozenset(registry.names()))
        problems = found.problems
        if session.as_json:
            rows = {"problems": problems, "notes": found.notes}
            document = {key: [one.as_dict() for one in values] for key, values in rows.items()}
            session.emit("inventory-check", document, lambda console: None)
            return 2 if problems else 0
        code = 0
        for problem in problems:
            code = report_error(problem)
        data = found.inventory
        if problems or data is None:
            return code or 2
        for note in found.notes:
            session.console.print(f"{note.place}: {translate(note.cause)}", markup=False)
        session.console.print(
            _("inventory is valid: {regions} regions, {platforms} platforms, {devices} devices, {sites} sites").format(
                regions=sum(1 for region in data.regions if not region.valid_to),
                platforms=len(data.platforms),
                devices=len(data.devices),
                sites=len(data.sites),
            )
        )
        return 0
