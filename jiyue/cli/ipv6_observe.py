"""`jiyue ipv6 observe`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from inventory.errors import worst
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import open_services

EXAMPLES = "jiyue ipv6 observe changsha\njiyue ipv6 observe pe-changsha --json"


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(group, "observe", "Read what runs on the devices now; changes nothing.", EXAMPLES)
    def observe(
        session: Session,
        names: Annotated[
            list[str] | None, typer.Argument(help=_("Platforms or devices; all when none is named."))
        ] = None,
    ) -> int:
        from jiyue.workflow.observe import observe as run

        found = run(open_services(session.workspace), names or [], ConsoleReporter(session.console))

        def text(console: Console) -> None:
            if len(found) == 1:
                for driver, object, said in found[0].sections:
                    console.print(f"# {found[0].device} {driver} {object}", markup=False)
                    console.print(said.rstrip(), markup=False)
                for line in found[0].records:
                    console.print(line, markup=False)
            else:
                shown = table(_("platform"), _("device"), _("machine"), _("objects"), _("lines"), _("record sets"))
                for one in found:
                    lines = sum(len(said.splitlines()) for _driver, _object, said in one.sections)
                    numbers = [str(len(one.sections)), str(lines), str(len(one.records))]
                    shown.add_row(one.platform, one.device, one.machine[:12], *numbers)
                console.print(shown)
            for one in found:
                if one.standin:
                    console.print(_("    stand-ins, no devices: {names}").format(names=one.device))
                if one.why:
                    console.print(f"✗ {one.device} {_('unknown')}: {translate(one.why)}", markup=False)

        session.emit("ipv6-observe", {"devices": [one.data() for one in found]}, text)
        return worst([4] * any(one.why for one in found))
