"""`jiyue verify`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(
        app,
        "verify",
        "Measure platforms from the three vantage points.",
        "jiyue verify changsha\njiyue verify --full --json",
    )
    def verify(
        session: Session,
        platforms: Annotated[list[str] | None, typer.Argument(help=_("Platforms; all when none is named."))] = None,
        full: Annotated[
            bool, typer.Option("--full", help=_("Measure everything: links, delays, path MTU and routes too."))
        ] = False,
    ) -> int:
        from jiyue.workflow import verify as workflow

        services = open_services(session.workspace)
        seen = workflow.verify(services, chosen(services, platforms or []), "full" if full else "quick")

        def text(console: Console) -> None:
            ready = seen.sites()
            console.print(
                _("{checks} checks; {ready} of {total} sites ready").format(
                    checks=len(seen.results), ready=sum(ready.values()), total=len(ready)
                )
            )
            for result in seen.results:
                mark = {"suspect": "?", "unmeasured": "–"}.get(result.standing, "✗")
                said = f" ({_(result.standing)})" if result.standing in ("suspect", "regression", "unmeasured") else ""
                for reason in result.reasons:
                    console.print(f"{mark} {result.subject} {result.check}: {translate(reason)}{said}", markup=False)

        session.emit("verify", seen.data(), text)
        return 0 if seen.ok else 1
