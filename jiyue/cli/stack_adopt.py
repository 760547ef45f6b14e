"""`jiyue stack import|bind|outputs`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.stack import Every, Names, show, wanted
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow import stacks as workflow
from jiyue.workflow.board import board
from jiyue.workflow.services import open_services

if TYPE_CHECKING:  # each verb that needs the fleet imports it itself
    from infra.fleet import StackResult

One = Annotated[str, typer.Argument(help=_("Platform."))]


def _show(session: Session, schema: str, name: str, result: StackResult) -> int:
    return show(session, schema, {name: result}, lines=True)


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""

    @verb(
        group,
        "import",
        "Take over namespaces and services that a city already runs; nothing is made anew.",
        "jiyue stack import changsha",
    )
    def adopt(session: Session, platform: One) -> int:
        services = open_services(session.workspace)
        (name,) = wanted(services, [platform], False)
        with board(session.console, [name]) as progress:
            result = workflow.adopt(services, name, progress)
        return _show(session, "stack-import", name, result)

    @verb(
        group,
        "bind",
        "Accept the cluster that the context reaches now as the platform's own, after it was replaced.",
        "jiyue stack bind changsha",
    )
    def bind(session: Session, platform: One) -> None:
        from infra import fleet

        services = open_services(session.workspace)
        (name,) = wanted(services, [platform], False)
        uid = fleet.bind(workflow.open_fleet(services), name)
        session.emit("stack-bind", {"platform": name, "cluster": uid}, lambda console: console.print(f"{name}: {uid}"))

    @verb(
        group,
        "outputs",
        "Print what the stacks gave out: addresses, namespaces, routes.",
        "jiyue stack outputs changsha\njiyue stack outputs --all --json",
    )
    def outputs(session: Session, platforms: Names = None, every: Every = False) -> None:
        from infra import fleet

        services = open_services(session.workspace)
        found = fleet.outputs(workflow.open_fleet(services), wanted(services, platforms, every))

        def text(console: Console) -> None:
            for name, values in found.items():
                console.print(name + ("" if values else f": {_('never brought up here')}"))
                for key, value in sorted(values.items()):
                    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                    console.print(f"   {key}: {said}")

        session.emit("stack-outputs", {"stacks": found}, text)
