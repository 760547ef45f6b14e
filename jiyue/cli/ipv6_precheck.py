"""`jiyue ipv6 precheck`: what a change would break, before anything is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

CODES = {"pass": 0, "fail": 1, "unknown": 1}
SHOWN = 40


def add(group: typer.Typer) -> None:
    """Add the verb to `jiyue ipv6`."""

    @verb(
        group,
        "precheck",
        "Judge routes and filters before and after the proposals, both families.",
        "jiyue ipv6 precheck changsha\njiyue ipv6 precheck --change changsha.json --json",
    )
    def precheck(
        session: Session,
        platforms: Annotated[
            list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))
        ] = None,
        change: Annotated[
            list[Path] | None,
            typer.Option("--change", help=_("A change set file in place of its platform's proposal.")),
        ] = None,
    ) -> int:
        from jiyue.workflow.precheck import precheck as run

        services = open_services(session.workspace)
        names = chosen(services, platforms or [], shared=True)
        ConsoleReporter(session.console).now(_("following packets through the whole province"))
        done = run(services, names, change or [])
        result = done.result

        def text(console: Console) -> None:
            for reason in result.reasons[:SHOWN]:
                console.print(f"{_(reason.kind)}: {reason.text}")
            if len(result.reasons) > SHOWN:
                console.print(_("and {count} more; --json lists all").format(count=len(result.reasons) - SHOWN))
            for line in result.unknowns[:SHOWN]:
                console.print(_("not understood: {line}").format(line=line))
            for line in result.notes[:SHOWN]:
                console.print(_("was so before: {line}").format(line=line))
            for name in done.assumed:
                console.print(_("{name} has no proposal; what is planned for it stands in").format(name=name))
            counts = _("{devices} devices, {checked} questions, {deferred} devices deferred").format(
                devices=done.devices, checked=result.checked, deferred=done.deferred
            )
            console.print(f"{translate(result.state)}: {counts}")

        payload = {
            "verdict": result.state,
            "platforms": list(names),
            "reasons": [
                {
                    "kind": one.kind, "platform": one.platform, "pair": one.pair, "family": one.family,
                    "device": one.device, "interface": one.interface, "cause": one.cause, "witness": one.witness,
                }
                for one in result.reasons
            ],
            "unknown": list(result.unknowns),
            "notes": list(result.notes),
            "assumed": list(done.assumed),
            "devices": done.devices,
            "deferred": done.deferred,
            "checked": result.checked,
        }  # fmt: skip
        session.emit("ipv6-precheck", payload, text)
        return CODES[result.state]
