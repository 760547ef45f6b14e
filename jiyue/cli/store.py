"""`jiyue store status|backup|restore|migrate|verify|head`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _
from jiyue.workflow import store as workflow
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import open_services

File = Annotated[Path, typer.Argument(help=_("The backup file."))]


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(
        help=_("The store: status, backup, restore, layouts, the ledger's chain."), no_args_is_help=True
    )
    app.add_typer(group, name="store")
    add_parts(group, "store")

    @verb(group, "status", "Where the store is, what it holds, how durable it is.", "jiyue store status --json")
    def status(session: Session) -> int:
        found = workflow.status(open_services(session.workspace))

        def text(console: Console) -> None:
            console.print(f"{found.place}\n{found.engine}, {found.size / 2**20:.1f} MiB")
            console.print(_("layout {layout}, newest {newest}").format(layout=found.layout, newest=found.newest))
            console.print(
                _("ledger: {count} records, {quarantined} prefixes in quarantine, head {head}").format(
                    count=found.head.count, quarantined=found.quarantined, head=found.head.hash
                )
            )
            for name, count in sorted(found.rows.items()):
                console.print(f"  {name:<14} {count}")
            for one in found.weak:
                console.print(_("not durable: {setting}").format(setting=one))

        payload = {**asdict(found), "head": found.head.data}
        session.emit("store-status", payload, text)
        return 1 if found.weak else 0

    @verb(group, "backup", "Write the whole store to one new file while others work.", "jiyue store backup 0301.backup")
    def backup(session: Session, file: File) -> None:
        reporter = ConsoleReporter(session.console)
        with reporter.step("backup", _("Backup")):
            made = workflow.backup(open_services(session.workspace), _absolute(file), reporter.now)
        text = _("{file}: {rows} rows, ledger head {head}").format(
            file=file, rows=sum(made.rows.values()), head=made.head
        )
        session.emit("store-backup", {"file": str(file), **made.data}, lambda console: console.print(text))

    @verb(
        group,
        "restore",
        "Bring a backup back, into SQLite or PostgreSQL; all or nothing.",
        "jiyue store restore 0301.backup\njiyue store restore 0301.backup --replace",
    )
    def restore(
        session: Session,
        file: File,
        replace: Annotated[
            bool, typer.Option("--replace", help=_("Replace a store that is not empty; the old one is kept."))
        ] = False,
    ) -> None:
        reporter = ConsoleReporter(session.console)
        with reporter.step("restore", _("Restore")):
            done = workflow.restore(open_services(session.workspace), _absolute(file), replace, reporter.now)

        def text(console: Console) -> None:
            console.print(
                _("{rows} rows restored, ledger head {head}").format(
                    rows=sum(done.summary.rows.values()), head=done.summary.head
                )
            )
            if done.kept:
                console.print(_("the old store is kept in {file}").format(file=done.kept))
            if done.lost:
                console.print(
                    _(
                        "{count} ledger records of the old store are not in the backup: look at them before planning"
                    ).format(count=done.lost)
                )

        payload: dict[str, Any] = {**done.summary.data, "kept": str(done.kept or ""), "lost": done.lost}
        session.emit("store-restore", payload, text)

    @verb(group, "migrate", "Bring the store to this version's layout.", "jiyue store migrate")
    def migrate(session: Session) -> None:
        before, after = workflow.migrate(open_services(session.workspace))
        text = (
            _("the store has layout {layout} already").format(layout=after)
            if before == after
            else _("the store went from layout {before} to {after}").format(before=before or "-", after=after)
        )
        session.emit("store-migrate", {"before": before, "after": after}, lambda console: console.print(text))

    @verb(
        group,
        "verify",
        "Recompute the ledger's chain and look at the guards of the store.",
        "jiyue store verify\njiyue store verify --head 812:5f2c…",
    )
    def verify(
        session: Session,
        head: Annotated[
            str, typer.Option("--head", help=_("COUNT:HASH printed earlier; it must still be there."))
        ] = "",
        accept: Annotated[
            bool, typer.Option("--accept", help=_("After a wanted restore: take the ledger as it is now."))
        ] = False,
    ) -> None:
        done = workflow.verify(open_services(session.workspace), head, accept)
        text = _("{records} ledger records fit, {guards} guards are in place, head {head}").format(
            records=done.records, guards=done.guards, head=done.head
        )
        payload = {"records": done.records, "guards": done.guards, "head": done.head.data}
        session.emit("store-verify", payload, lambda console: console.print(text))

    @verb(group, "head", "The end of the ledger, to be kept elsewhere or signed.", "jiyue store head --json")
    def head(session: Session) -> None:
        found = workflow.head(open_services(session.workspace))
        session.emit("store-head", {"head": found.data}, lambda console: console.print(str(found)))


def _absolute(file: Path) -> Path:
    return file if file.is_absolute() else Path.cwd() / file
