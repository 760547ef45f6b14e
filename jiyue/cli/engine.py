"""`jiyue engine install|status`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from jiyue import engines
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _


def install_with_progress(console: Console) -> engines.EnginePaths:
    """Install what is missing, one line per engine; quiet when nothing is to be done."""
    bars = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"),
        TimeElapsedColumn(), console=console, disable=not console.is_terminal,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    said: set[tuple[str, str]] = set()

    def progress(engine: str, stage: str, fraction: float | None, text: str) -> None:
        if console.is_terminal:
            task = tasks.get(engine)
            if task is None:
                task = tasks[engine] = bars.add_task(engine, total=1.0, text="")
            bars.update(task, completed=fraction or 0.0, text=f"{stage} {text}"[:60])
        elif (engine, stage) not in said:
            said.add((engine, stage))
            console.print(f"{engine}: {stage} {text}")

    with bars:
        return engines.install(progress)


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("Pulumi, Kubernetes and their tools."), no_args_is_help=True)
    app.add_typer(group, name="engine")

    @verb(
        group,
        "install",
        "Make every engine ready: installed, downloaded or built from pinned source.",
        "jiyue engine install",
    )
    def install(session: Session) -> None:
        paths = install_with_progress(session.console)
        session.emit(
            "engine-install",
            {"missing": list(paths.missing)},
            lambda console: console.print(_("every engine is ready")),
        )

    @verb(group, "status", "Say which engines are ready and how they came.", "jiyue engine status --verify")
    def status(
        session: Session,
        verify: Annotated[bool, typer.Option("--verify", help=_("Compare every file with its checksum."))] = False,
    ) -> int:
        rows = engines.status(verify=verify)

        def text(console: Console) -> None:
            shown = table(_("engine"), _("version"), _("state"), _("route"), _("seconds"))
            for row in rows:
                seconds = "" if row.seconds is None else f"{row.seconds:.0f}"
                shown.add_row(row.name, row.version, _(row.state), _(row.route), seconds)
            console.print(shown)

        session.emit(
            "engine-status",
            {
                "engines": [
                    {
                        "name": r.name,
                        "version": r.version,
                        "state": r.state,
                        "route": r.route,
                        "reasons": list(r.reasons),
                    }
                    for r in rows
                ]
            },
            text,
        )
        return 0 if all(row.ready for row in rows) else 4
