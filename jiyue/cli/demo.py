"""`jiyue demo`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from inventory.errors import worst
from jiyue.cli.lab import RealNodes
from jiyue.cli.output import Session, report_error
from jiyue.cli.status import show
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import open_services


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(
        app,
        "demo",
        "The whole path on this machine, from IPv4-only to an accepted dual-stack province.",
        "jiyue demo\njiyue demo --fault wrong-acl@changsha-fw",
    )
    def demo(
        session: Session,
        fault: Annotated[
            str,
            typer.Option("--fault", help=_("Fault (NAME@HOST,...) that strikes while its platform is being changed.")),
        ] = "",
        real_nodes: RealNodes = None,
    ) -> int:
        from jiyue.workflow.demo import run

        outcome = run(open_services(session.workspace), ConsoleReporter(session.console), fault, real_nodes)

        def text(console: Console) -> None:
            show(console, outcome.rows)
            if not outcome.changed and not outcome.codes and outcome.stopped is None:
                console.print(_("nothing to do: everything is already as approved and accepted"))
            accepted = sum(1 for row in outcome.rows if row["stage"] == "accepted")
            console.print(
                _("{accepted} of {total} platforms accepted, {deferred} devices deferred, {seconds} s").format(
                    accepted=accepted,
                    total=len(outcome.rows),
                    deferred=sum(row["deferred"] for row in outcome.rows),
                    seconds=round(sum(outcome.seconds.values())),
                )
            )

        session.emit(
            "demo",
            {
                "changed": outcome.changed,
                "seconds": {key: round(value, 1) for key, value in outcome.seconds.items()},
                "platforms": outcome.rows,
            },
            text,
        )
        if outcome.stopped is not None:
            outcome.codes.append(report_error(outcome.stopped))
        return worst(outcome.codes)
