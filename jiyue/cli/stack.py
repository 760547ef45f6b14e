"""`jiyue stack up|preview|drift|destroy|env`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from inventory.errors import worst
from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _, translate
from jiyue.workflow import stacks as workflow
from jiyue.workflow.board import board
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import Services, open_services

if TYPE_CHECKING:  # each verb that needs the fleet imports it itself
    from infra.fleet import StackResult

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms; all with --all."))]
Every = Annotated[bool, typer.Option("--all", help=_("All 15 platforms."))]


def wanted(services: Services, names: list[str] | None, every: bool) -> tuple[str, ...]:
    """The platforms that the arguments name; none at all is a mistake."""
    if not names and not every:
        raise typer.BadParameter(_("name platforms, or use --all"))
    return chosen(services, [] if every else list(names or []))


def show(session: Session, schema: str, results: dict[str, StackResult], lines: bool = False) -> int:
    """Print the results, with `lines` every difference below its platform; gives the exit code."""

    def text(console: Console) -> None:
        for name, result in results.items():
            counts = f"+{result.created} ~{result.updated} -{result.deleted} ={result.unchanged}"
            reason = "" if lines and result.lines else translate(result.reason)
            console.print(f"{name}: {_(result.state)} {counts} {result.seconds:.1f} s {reason}".rstrip())
            for line in result.lines if lines else ():
                console.print(f"   {translate(line)}")
            for one in result.findings:
                console.print(f"   {finding(one)}")

    session.emit(schema, {"stacks": {name: workflow.summary(result) for name, result in results.items()}}, text)
    states = {result.state for result in results.values()}
    return worst([4] * ("failed" in states) + [1] * bool({"drifted", "stopped"} & states))


def finding(one: Mapping[str, str]) -> str:
    """One policy finding in words: how much it weighs, clause, object, cause, fix or the reason of its waiver."""
    level = _("mandatory") if one["level"] == "mandatory" else _("advisory")
    said = _("waived: {reason}").format(reason=one["waived"]) if one["waived"] else translate(one["fix"])
    return f"{level} {one['clause']} {one['title']}: {one['place']}: {translate(one['cause'])}; {said}"


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The platforms' Pulumi stacks."), no_args_is_help=True)
    app.add_typer(group, name="stack")

    @verb(group, "up", "Bring stacks to their approved state.", "jiyue stack up changsha\njiyue stack up --all")
    def up(session: Session, platforms: Names = None, every: Every = False) -> int:
        services = open_services(session.workspace)
        names = wanted(services, platforms, every)
        with board(session.console, names) as progress:
            results = workflow.up(services, names, ConsoleReporter(session.console), progress)
        return show(session, "stack-up", results)

    @verb(
        group,
        "preview",
        "Say what `up` would change, and which policy rules speak.",
        "jiyue stack preview changsha\njiyue stack preview --all --json\njiyue stack preview --all --render out/",
    )
    def preview(
        session: Session,
        platforms: Names = None,
        every: Every = False,
        render: Annotated[
            Path | None, typer.Option("--render", help=_("Write the manifests there instead, for review offline."))
        ] = None,
    ) -> int | None:
        from infra import fleet

        services = open_services(session.workspace)
        names = wanted(services, platforms, every)
        if render is not None:
            files = fleet.manifests(workflow.open_fleet(services), names, render)
            texts = {name: str(path) for name, path in files.items()}
            session.emit("stack-render", {"files": texts}, lambda console: console.print("\n".join(texts.values())))
            return None
        with board(session.console, names) as progress:
            results = fleet.preview(workflow.open_fleet(services), names, progress)
        return show(session, "stack-preview", results, lines=True)

    @verb(group, "drift", "Compare the cluster with what was approved.", "jiyue stack drift --all")
    def drift(session: Session, platforms: Names = None, every: Every = False) -> int:
        services = open_services(session.workspace)
        return show(session, "stack-drift", workflow.drift(services, wanted(services, platforms, every)), lines=True)

    @verb(group, "destroy", "Take stacks down, cities before the province.", "jiyue stack destroy changsha")
    def destroy(
        session: Session,
        platforms: Names = None,
        every: Every = False,
        with_library: Annotated[bool, typer.Option("--with-library", help=_("Also the libraries' storage."))] = False,
    ) -> int:
        services = open_services(session.workspace)
        names = wanted(services, platforms, every)
        with board(session.console, names) as progress:
            results = workflow.destroy(services, names, with_library, progress)
        return show(session, "stack-destroy", results, lines=True)

    @verb(group, "env", "Print what plain `pulumi` needs.", 'eval "$(jiyue stack env changsha)"; pulumi preview')
    def env(session: Session, platform: Annotated[str, typer.Argument(help=_("Platform."))]) -> None:
        from infra import fleet

        values = fleet.shell_env(workflow.open_fleet(open_services(session.workspace)), platform)
        lines = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(values.items()))
        session.emit("stack-env", {"env": values}, lambda console: console.out(lines, highlight=False))

    add_parts(group, "stack")
