"""`jiyue stack state backup|restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow import stacks as workflow
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

File = Annotated[Path, typer.Argument(help=_("The backup file."))]


def _show(session: Session, schema: str, counts: dict[str, int], file: Path) -> None:
    def text(console: Console) -> None:
        for name, count in counts.items():
            console.print(_("{platform}: {count} resources").format(platform=name, count=count))

    session.emit(schema, {"file": str(file), "stacks": counts}, text)


def add(group: typer.Typer) -> None:
    """Add the group to the group."""
    state = typer.Typer(help=_("The states of the stacks: backup and restore."), no_args_is_help=True)
    group.add_typer(state, name="state")

    @verb(
        state,
        "backup",
        "Write the states of all stacks into one file; the passphrase is not in it.",
        "jiyue stack state backup states.json",
    )
    def backup(session: Session, file: File) -> None:
        from infra import statefile

        services = open_services(session.workspace)
        counts = statefile.backup(workflow.open_fleet(services), chosen(services, ()), file)
        _show(session, "stack-state-backup", counts, file)

    @verb(
        state,
        "restore",
        "Put saved states in the place of the present ones; the next `up` reads the cluster again.",
        "jiyue stack state restore states.json\njiyue stack state restore states.json --platform changsha",
    )
    def restore(
        session: Session,
        file: File,
        platform: Annotated[list[str] | None, typer.Option("--platform", help=_("Only this one; repeatable."))] = None,
    ) -> None:
        from infra import statefile

        services = open_services(session.workspace)
        names = chosen(services, platform) if platform else ()
        counts = statefile.restore(workflow.open_fleet(services), file, names)
        _show(session, "stack-state-restore", counts, file)
