"""`jiyue ipv6 plan|propose|submit`; the other verbs of the group stand in files of their own."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.keyfile import KeyFile, PassphraseFd, key_of
from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _, translate
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))]


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("Network engineers: plan, propose, apply."), no_args_is_help=True)
    app.add_typer(group, name="ipv6")
    add_parts(group, "ipv6")

    @verb(group, "plan", "Allocate what the ledger lacks; nothing is ever renumbered.", "jiyue ipv6 plan")
    def plan(session: Session) -> None:
        from jiyue.workflow.plan import plan as run

        done = run(open_services(session.workspace))

        def text(console: Console) -> None:
            said = _("the ledger held {kept} allocations, {added} were added")
            console.print(said.format(kept=done.kept, added=done.added))
            for row in done.tight:
                console.print(f"! {_(row.level)} {translate(row.meaning)}: {'; '.join(map(translate, row.warnings))}")

        tight = [{"level": row.level, "where": row.where, "warnings": list(row.warnings)} for row in done.tight]
        session.emit("ipv6-plan", {"kept": done.kept, "added": done.added, "tight": tight}, text)

    @verb(group, "propose", "Read the devices and write the proposals.", "jiyue ipv6 propose changsha --author 王工")
    def propose(
        session: Session,
        platforms: Names = None,
        author: Annotated[str, typer.Option("--author", help=_("Who proposes."))] = "lab-engineer",
    ) -> None:
        from jiyue.workflow.propose import propose as run

        services = open_services(session.workspace)
        found = run(services, chosen(services, platforms or [], shared=True), author, ConsoleReporter(session.console))

        def text(console: Console) -> None:
            for one in found:
                state = _("unchanged") if one.unchanged else _("proposed")
                console.print(
                    f"{one.platform} {one.digest[:12]} {state} {translate(one.reason)}".rstrip(), markup=False
                )

        rows = [
            {"platform": one.platform, "digest": one.digest, "unchanged": one.unchanged, "reason": one.reason}
            for one in found
        ]
        session.emit("ipv6-propose", {"proposals": rows}, text)

    @verb(group, "submit", "Hand the current proposals to the authority, signed.", "jiyue ipv6 submit changsha")
    def submit(session: Session, platforms: Names = None, key: KeyFile = None, passphrase: PassphraseFd = -1) -> None:
        from jiyue.workflow.review import submit as run

        services = open_services(session.workspace)
        signer = key_of(key, passphrase) if key else None
        records = run(services, chosen(services, platforms or [], shared=True), signer)
        rows = [{"platform": one.platform, "digest": one.digest, "status": one.status} for one in records]

        def text(console: Console) -> None:
            for row in rows:
                console.print(f"{row['platform']} {row['digest'][:12]} {_(row['status'])}")

        session.emit("ipv6-submit", {"proposals": rows}, text)
