"""`jiyue stack up|preview|drift|destroy|env`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from inventory.errors import worst
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow import stacks as workflow
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

if TYPE_CHECKING:  # Pulumi takes a second to import; each verb that needs the fleet imports it itself
    from infra.fleet import StackResult

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms; all with --all."))]
Every = Annotated[bool, typer.Option("--all", help=_("All 15 platforms."))]


def _wanted(names: list[str] | None, every: bool) -> list[str]:
    if not names and not every:
        raise typer.BadParameter(_("name platforms, or use --all"))
    return [] if every else list(names or [])


def _show(session: Session, schema: str, results: dict[str, StackResult]) -> int:
    def text(console: Console) -> None:
        for name, result in results.items():
            counts = f"+{result.created} ~{result.updated} -{result.deleted} ={result.unchanged}"
            console.print(
                f"{name}: {_(result.state)} {counts} {result.seconds:.1f} s {translate(result.reason)}".rstrip()
            )

    session.emit(schema, {"stacks": {name: workflow.summary(result) for name, result in results.items()}}, text)
    states = {result.state for result in results.values()}
    return worst([4] * ("failed" in states) + [1] * ("drifted" in states))


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The platforms' Pulumi stacks."), no_args_is_help=True)
    app.add_typer(group, name="stack")

    @verb(group, "up", "Bring stacks to their approved state.", "jiyue stack up changsha\njiyue stack up --all")
    def up(session: Session, platforms: Names = None, every: Every = False) -> int:
        services = open_services(session.workspace)
        wanted = chosen(services, _wanted(platforms, every))
        return _show(session, "stack-up", workflow.up(services, wanted, ConsoleReporter(session.console)))

    @verb(group, "preview", "Say what `up` would change.", "jiyue stack preview changsha")
    def preview(session: Session, platforms: Names = None, every: Every = False) -> int:
        from infra import fleet

        services = open_services(session.workspace)
        wanted = chosen(services, _wanted(platforms, every))
        return _show(session, "stack-preview", fleet.preview(workflow.open_fleet(services), wanted))

    @verb(group, "drift", "Compare the cluster with what was approved.", "jiyue stack drift --all")
    def drift(session: Session, platforms: Names = None, every: Every = False) -> int:
        services = open_services(session.workspace)
        wanted = chosen(services, _wanted(platforms, every))
        return _show(session, "stack-drift", workflow.drift(services, wanted))

    @verb(group, "destroy", "Take stacks down, cities before the province.", "jiyue stack destroy changsha")
    def destroy(
        session: Session,
        platforms: Names = None,
        every: Every = False,
        with_library: Annotated[bool, typer.Option("--with-library", help=_("Also the libraries' storage."))] = False,
    ) -> int:
        services = open_services(session.workspace)
        wanted = chosen(services, _wanted(platforms, every))
        results = workflow.destroy(services, wanted, with_library)
        return _show(session, "stack-destroy", results)

    @verb(group, "env", "Print what plain `pulumi` needs.", 'eval "$(jiyue stack env changsha)"; pulumi preview')
    def env(session: Session, platform: Annotated[str, typer.Argument(help=_("Platform."))]) -> None:
        from infra import fleet

        values = fleet.shell_env(workflow.open_fleet(open_services(session.workspace)), platform)
        lines = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(values.items()))
        session.emit("stack-env", {"env": values}, lambda console: console.out(lines, highlight=False))
