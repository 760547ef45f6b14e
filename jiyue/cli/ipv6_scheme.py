"""`jiyue ipv6 scheme`: the 改造方案 of a proposal as Word, Excel, HTML and JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inventory.errors import InputError
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms (or `shared`)."))]
Every = Annotated[bool, typer.Option("--all", help=_("Every platform and the shared part."))]
Formats = Annotated[str, typer.Option("--format", help=_("docx, xlsx, html, json; several with commas."))]
Folder = Annotated[Path | None, typer.Option("--into", help=_("Folder for the files; else where the proposals are."))]


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(
        group,
        "scheme",
        "Write the scheme documents of a proposal for the authority.",
        "jiyue ipv6 scheme changsha\njiyue ipv6 scheme --all --format docx,xlsx --into schemes",
    )
    def scheme(
        session: Session,
        platforms: Names = None,
        every: Every = False,
        formats: Formats = "docx,xlsx,html,json",
        into: Folder = None,
    ) -> None:
        from jiyue.workflow.scheme import write_schemes

        if not platforms and not every:
            raise InputError("ipv6 scheme", "no platform was named", "name one, or give --all")
        if platforms and every:
            raise InputError("ipv6 scheme", "both platforms and --all were given", "give one of them")
        services = open_services(session.workspace)
        names = chosen(services, platforms or [], shared=True)
        wanted = [name.strip() for name in formats.split(",") if name.strip()]
        found = write_schemes(services, names, wanted, into, ConsoleReporter(session.console))

        def text(console: Console) -> None:
            for one in found:
                console.print(f"{one.platform} {one.digest[:12]}")
                for path in one.files.values():
                    console.print(f"    {path}")
                if one.moved:
                    count = len(one.moved)
                    console.print(f"    ! {_('{count} input files have changed since').format(count=count)}")

        rows = [
            {
                "platform": one.platform,
                "digest": one.digest,
                "files": {name: str(path) for name, path in one.files.items()},
                "moved": list(one.moved),
            }
            for one in found
        ]
        session.emit("ipv6-scheme", {"schemes": rows}, text)
