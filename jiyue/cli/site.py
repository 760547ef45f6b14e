"""`jiyue site list`, and what `site_*` modules add."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _
from jiyue.workflow.services import open_services


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("Hosted websites."), no_args_is_help=True)
    app.add_typer(group, name="site")
    add_parts(group, "site")

    @verb(
        group,
        "list",
        "Every hosted site with its platform, kind and owner; coverage by unit.",
        "jiyue site list --json",
    )
    def listing(session: Session) -> None:
        from jiyue.workflow import register

        services = open_services(session.workspace)
        sites = services.inventory.sites
        units = register.units(services)

        def text(console: Console) -> None:
            found = table(_("site"), _("title"), _("kind"), _("platform"), _("owner"), "IPv4", breaks=(1, 4))
            for site in sites:
                found.add_row(site.name, site.title, _(site.kind.value), site.platform, site.owner, str(site.address4))
            console.print(found)

        payload = {
            "sites": [site.model_dump(mode="json") for site in sites],
            "coverage": [asdict(one) for one in units],
        }
        session.emit("site-list", payload, text)
