"""`jiyue accept report|bundle|replay`: what is handed over, and what anybody can check afterwards."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.keyfile import KeyFile, PassphraseFd, key_of
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import open_services

SHOWN = 20


def add(group: typer.Typer) -> None:
    """Add the verbs."""

    @verb(
        group,
        "report",
        "Write the acceptance report (Word) and the acceptance sheet (Excel) of the last run.",
        "jiyue accept report\njiyue accept report --out ~/handover --author 王工",
    )
    def report(
        session: Session,
        out: Annotated[
            Path | None, typer.Option("--out", help=_("Folder of the files; beside the run if not given."))
        ] = None,
        author: Annotated[str, typer.Option("--author", help=_("Who accepts; your user name if not given."))] = "",
    ) -> None:
        from jiyue.workflow.accept_papers import write_papers

        services = open_services(session.workspace)
        files = write_papers(services, out.expanduser() if out else None, author or getpass.getuser())

        def text(console: Console) -> None:
            for path in files.values():
                console.print(str(path), markup=False)

        session.emit("accept-report", {"files": {name: str(path) for name, path in files.items()}}, text)

    @verb(
        group,
        "bundle",
        "Write the signed evidence bundle of the last run: every raw answer behind every verdict.",
        "jiyue accept bundle --key ~/keys/wang.key --out acceptance.zip",
    )
    def make(
        session: Session,
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
        out: Annotated[
            Path | None, typer.Option("--out", help=_("File of the bundle; beside the run if not given."))
        ] = None,
    ) -> None:
        from jiyue.workflow.accept_papers import write_bundle

        services = open_services(session.workspace)
        made = write_bundle(services, key_of(key, passphrase) if key else None, out.expanduser() if out else None)
        words = _("{path}: {entries} entries, {size} bytes, signed by {key}")
        session.emit(
            "accept-bundle",
            {**asdict(made), "path": str(made.path)},
            lambda console: console.print(
                words.format(path=made.path, entries=made.entries, size=made.size, key=made.key_id), markup=False
            ),
        )

    @verb(
        group,
        "replay",
        "Compute every verdict of a bundle again, offline; says where it differs (exit code 1).",
        "jiyue accept replay acceptance.zip\njiyue accept replay acceptance.zip --public-key wang.pub",
    )
    def again(
        session: Session,
        file: Annotated[Path, typer.Argument(help=_("The bundle."))],
        public: Annotated[
            Path | None,
            typer.Option("--public-key", help=_("Public key of who signed it, NAME.pub; else the keyring's.")),
        ] = None,
    ) -> int:
        from jiyue.workflow.accept_papers import replay_bundle

        services = open_services(session.workspace)
        reporter = ConsoleReporter(session.console)
        found = replay_bundle(services, file.expanduser(), public.expanduser() if public else None, reporter)

        def text(console: Console) -> None:
            if found.same:
                console.print(_("{count} verdicts computed again, byte for byte the same").format(count=found.cases))
            for one in found.differences[:SHOWN]:
                line = (
                    f"✗ {one.platform} {one.name}: {_(one.then) or '-'} -> {_(one.now) or '-'} {translate(one.reason)}"
                )
                console.print(line, markup=False)
            if len(found.differences) > SHOWN:
                console.print(_(" and {count} more").format(count=len(found.differences) - SHOWN))

        session.emit("accept-replay", asdict(found), text)
        return 0 if found.same else 1
