"""`jiyue dns show|drift|export`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.services import open_services

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms; all of them without a name."))]


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The province's zones: how they stand, what differs, as code."), no_args_is_help=True)
    app.add_typer(group, name="dns")

    @verb(
        group,
        "show",
        "How each zone stands: serial on every server, signatures, delegation; exit code 1 when something is wrong.",
        "jiyue dns show changsha\njiyue dns show --json",
    )
    def show(session: Session, platform: Names = None) -> int:
        from jiyue.workflow import dns as workflow

        found = workflow.show(open_services(session.workspace), platform or ())

        def text(console: Console) -> None:
            shown = table(_("zone"), _("serials"), _("signed until"), _("record sets"), "", breaks=(1, 4))
            for one in found:
                serials = ", ".join(f"{server} {serial or '-'}" for server, serial in one.serials.items())
                wrong = translate("; ").join(translate(reason) for reason in one.reasons)
                shown.add_row(one.zone, serials, one.signed_until or "-", str(one.sets), wrong or "✓")
            console.print(shown)

        session.emit("dns-show", {"zones": [asdict(one) for one in found]}, text)
        return 1 if any(one.reasons for one in found) else 0

    @verb(
        group,
        "drift",
        "Record sets that are served otherwise than planned; what is not applied yet is waiting, which is no drift.",
        "jiyue dns drift\njiyue dns drift changsha --json",
    )
    def drift(session: Session, platform: Names = None) -> int:
        from jiyue.workflow import dns as workflow

        found = workflow.drift(open_services(session.workspace), platform or ())
        odd = [one for one in found if one.kind != "waiting"]

        def text(console: Console) -> None:
            for one in odd:
                served = _("planned {planned}, served {served}").format(planned=one.planned, served=one.served)
                console.print(f"✗ {one.zone} {one.name} {one.type} {_(one.kind)}: {served}")
            counts = _("{odd} record sets differ, {waiting} wait for their change set")
            console.print(counts.format(odd=len(odd), waiting=len(found) - len(odd)))

        session.emit("dns-drift", {"records": [asdict(one) for one in found]}, text)
        return 1 if odd else 0

    @verb(group, "export", "Write the planned zones as octoDNS YAML below var.", "jiyue dns export")
    def export(session: Session, platform: Names = None) -> None:
        from jiyue.workflow import dns as workflow

        paths = workflow.export(open_services(session.workspace), platform or ())

        def text(console: Console) -> None:
            for path in paths:
                console.print(str(path))

        session.emit("dns-export", {"files": [str(path) for path in paths]}, text)
