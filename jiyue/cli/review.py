"""`jiyue review list|show|approve|reject|keys`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ipv6.change import render
from jiyue.cli.keyfile import KeyFile, PassphraseFd, key_of
from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _, translate
from jiyue.review import decide, keys
from jiyue.review.keys import SigningKey
from jiyue.workflow import review as workflow
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import Services, open_services, utc_now

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))]
Reviewer = Annotated[str, typer.Option("--reviewer", help=_("Who decides; never the author."))]


def _keys(services: Services, path: Path | None, descriptor: int) -> tuple[SigningKey, ...]:
    return workflow.lab_reviewers(services) if path is None else (key_of(path, descriptor),)


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The authority: read, approve, reject."), no_args_is_help=True)
    app.add_typer(group, name="review")
    add_parts(group, "review")

    @verb(group, "list", "What waits for a decision, and what was decided.", "jiyue review list")
    def listing(session: Session) -> None:
        services = open_services(session.workspace)
        rows = [row for row in (services.store.current(name) for name in chosen(services, [], shared=True)) if row]

        def text(console: Console) -> None:
            table = Table(_("platform"), _("digest"), _("author"), _("status"), _("updated"), _("reasons"))
            for row in rows:
                reasons = "\n".join(translate(reason) for reason in row.reasons)
                table.add_row(row.platform, row.digest[:12], row.author, _(row.status), row.updated, reasons)
            console.print(table)

        session.emit("review-list", {"proposals": [_row(row) for row in rows]}, text)

    @verb(group, "show", "The proposal as the authority reads it.", "jiyue review show changsha")
    def show(session: Session, platform: Annotated[str, typer.Argument(help=_("Platform or `shared`."))]) -> None:
        services = open_services(session.workspace)
        record = workflow.current(services, chosen(services, [platform], shared=True)[0])
        change = services.store.change_set(record.digest)
        text = render.markdown(change, record.author, translate)
        session.emit(
            "review-show", {**_row(record), "markdown": text}, lambda console: console.print(text, markup=False)
        )

    @verb(
        group,
        "approve",
        "Sign exactly the current digest of each named platform.",
        "jiyue review approve changsha --reviewer 李审核 --key ~/keys/li.key",
    )
    def approve(
        session: Session,
        platforms: Names = None,
        reviewer: Reviewer = "",
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
    ) -> None:
        services = open_services(session.workspace)
        wanted = chosen(services, platforms or [], shared=True)
        fresh = workflow.approve(
            services, wanted, _keys(services, key, passphrase), reviewer, ConsoleReporter(session.console)
        )
        text = _("approved: {names}").format(names=", ".join(fresh)) if fresh else _("every approval still holds")
        session.emit("review-approve", {"approved": fresh}, lambda console: console.print(text))

    @verb(
        group, "reject", "Send a proposal back with reasons.", "jiyue review reject changsha --reason '缺少安全区规则'"
    )
    def reject(
        session: Session,
        platform: Annotated[str, typer.Argument(help=_("Platform or `shared`."))],
        reason: Annotated[list[str], typer.Option("--reason", help=_("What has to change; may be repeated."))],
        reviewer: Reviewer = "",
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
    ) -> None:
        services = open_services(session.workspace)
        record = workflow.current(services, chosen(services, [platform], shared=True)[0])
        decided = decide.reject(
            services.store, record.digest, _keys(services, key, passphrase)[0], reviewer, tuple(reason), utc_now()
        )
        session.emit("review-reject", _row(decided), lambda console: console.print(_("rejected")))

    @verb(
        group,
        "keygen",
        "Make a reviewer's key pair; the public half goes into inventory/<province>/keys by merge.",
        "jiyue review keygen li --into ~/keys",
    )
    def keygen(
        session: Session,
        name: Annotated[str, typer.Argument(help=_("Name of the key."))],
        into: Annotated[Path, typer.Option("--into", help=_("Folder of the new pair."))],
    ) -> None:
        made = keys.generate(into.expanduser(), name)
        paths = [str(into.expanduser() / f"{made.key_id}.{suffix}") for suffix in ("key", "pub")]
        session.emit("review-keygen", {"files": paths}, lambda console: console.print("\n".join(paths)))


def _row(record: Any) -> dict[str, Any]:
    return {
        "platform": record.platform,
        "digest": record.digest,
        "author": record.author,
        "status": record.status,
        "created": record.created,
        "updated": record.updated,
        "reasons": list(record.reasons),
    }
