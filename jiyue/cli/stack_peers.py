"""`jiyue stack peers`."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.console import Console

from inventory.errors import worst
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.workflow import peers as workflow
from jiyue.workflow.services import open_services


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(
        group,
        "peers",
        "Ask the external peers of integrations.yaml over both families, from here.",
        "jiyue stack peers --env field",
    )
    def peers(session: Session) -> int:
        found = workflow.check(open_services(session.workspace))

        def text(console: Console) -> None:
            for one in found:
                mark = "✓" if one.ok else "✗"
                console.print(f"{mark} {one.peer} {one.address} {one.port} {one.owner} {one.reason}".rstrip())

        session.emit("stack-peers", {"peers": [{**asdict(one), "ok": one.ok} for one in found]}, text)
        return worst([1] * any(not one.ok for one in found))
