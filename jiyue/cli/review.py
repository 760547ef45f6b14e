"""`jiyue review list|show|approve|reject|keygen`; every other verb of the group is a file beside this one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from inventory.errors import InputError
from ipv6.change import render
from jiyue.cli.findings import finding_line, reasons_of
from jiyue.cli.keyfile import KeyFile, PassphraseFd, key_of
from jiyue.cli.keyfile import passphrase as passphrase_of
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _, translate
from jiyue.propose import stack_runs
from jiyue.review import decide, keys
from jiyue.workflow import review as workflow
from jiyue.workflow import review_queue
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services, utc_now

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))]
One = Annotated[str, typer.Argument(help=_("Platform or `shared`."))]
Reviewer = Annotated[str, typer.Option("--reviewer", help=_("Who decides; never the author."))]
Observe = Annotated[bool, typer.Option("--observe", help=_("Read the devices too and say what moved there."))]
Locked = Annotated[bool, typer.Option("--locked", help=_("Protect the private key with a passphrase."))]


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The authority: read, approve, reject."), no_args_is_help=True)
    app.add_typer(group, name="review")
    add_parts(group, "review")

    @verb(
        group,
        "list",
        "What waits for a decision, what was decided, and what voids it.",
        "jiyue review list\njiyue review list --observe",
    )
    def listing(session: Session, observe: Observe = False) -> None:
        services = open_services(session.workspace)
        rows = review_queue.queue(services, chosen(services, [], shared=True), observe)

        def text(console: Console) -> None:
            shown = table(_("platform"), _("digest"), _("author"), _("status"), _("updated"), _("reasons"))
            for row in rows:
                one = row.record
                reasons = "\n".join(reasons_of(row))
                shown.add_row(one.platform, one.digest[:12], one.author, _(one.status), one.updated, reasons)
            console.print(shown)

        session.emit("review-list", {"proposals": [_row(row) for row in rows]}, text)

    @verb(group, "show", "The proposal as the authority reads it.", "jiyue review show changsha")
    def show(session: Session, platform: One, observe: Observe = False) -> None:
        services = open_services(session.workspace)
        record = workflow.current(services, chosen(services, [platform], shared=True)[0])
        change = services.store.change_set(record.digest)
        (waiting,) = review_queue.queue(services, [record.platform], observe)
        said = services.store.comments(record.digest)
        markdown = render.markdown(change, record.author, translate, stack_runs(services.store, record.platform))

        def text(console: Console) -> None:
            console.print(markdown, markup=False)
            for reason in reasons_of(waiting):
                console.print(f"! {reason}", markup=False)
            for one in waiting.findings:
                console.print(finding_line(one), markup=False)
            for comment in said:
                about = f" [{comment.about}]" if comment.about else ""
                console.print(f"{comment.at} {comment.author}{about}: {comment.words}", markup=False)

        comments = [asdict(comment) for comment in said]
        session.emit("review-show", {**waiting.as_dict(), "comments": comments, "markdown": markdown}, text)

    @verb(
        group,
        "approve",
        "Sign exactly the current digest of each named platform.",
        "jiyue review approve changsha --reviewer 李审核 --key ~/keys/li.key\n"
        "jiyue review approve changsha --key ~/keys/li.key --emergency --reason '核心路由器故障'",
    )
    def approve(
        session: Session,
        platforms: Names = None,
        reviewer: Reviewer = "",
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
        emergency: Annotated[
            bool, typer.Option("--emergency", help=_("Two reviewers, one day, a review afterwards; needs --reason."))
        ] = False,
        reason: Annotated[str, typer.Option("--reason", help=_("Why it cannot wait."))] = "",
        days: Annotated[int, typer.Option("--days", help=_("How long it holds; 0: as long as is allowed."))] = 0,
    ) -> None:
        services = open_services(session.workspace)
        if emergency != bool(reason.strip()):
            raise InputError("--emergency", "an emergency needs a reason, and a reason an emergency", "give both")
        wanted = chosen(services, platforms or [], shared=True)
        signers = (key_of(key, passphrase),) if key else ()
        reporter = ConsoleReporter(session.console)
        fresh = workflow.approve(services, wanted, signers, reviewer, reporter, reason.strip(), days)
        lacking = {row.record.platform: row.approval for row in review_queue.queue(services, fresh) if row.approval}
        done = [name for name in fresh if name not in lacking]

        def text(console: Console) -> None:
            if not fresh:
                console.print(_("every approval still holds"))
            if done:
                console.print(_("approved: {names}").format(names=", ".join(done)))
            for name, why in lacking.items():
                console.print(f"{name}: {translate(why)}", markup=False)

        session.emit("review-approve", {"approved": done, "signed": fresh, "lacking": lacking}, text)

    @verb(
        group, "reject", "Send a proposal back with reasons.", "jiyue review reject changsha --reason '缺少安全区规则'"
    )
    def reject(
        session: Session,
        platform: One,
        reason: Annotated[list[str], typer.Option("--reason", help=_("What has to change; may be repeated."))],
        reviewer: Reviewer = "",
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
    ) -> None:
        services = open_services(session.workspace)
        record = workflow.current(services, chosen(services, [platform], shared=True)[0])
        signer = key_of(key, passphrase) if key else workflow.lab_reviewers(services)[0]
        decided = decide.reject(services.store, record.digest, signer, reviewer, tuple(reason), utc_now())
        payload = {**asdict(decided), "reasons": list(decided.reasons)}
        session.emit("review-reject", payload, lambda console: console.print(_("rejected")))

    @verb(
        group,
        "keygen",
        "Make a key pair; the public half is enrolled with `jiyue review keys enrol`.",
        "jiyue review keygen li --into ~/keys --locked",
    )
    def keygen(
        session: Session,
        name: Annotated[str, typer.Argument(help=_("Name of the key."))],
        into: Annotated[Path, typer.Option("--into", help=_("Folder of the new pair."))],
        locked: Locked = False,
        passphrase: PassphraseFd = -1,
    ) -> None:
        secret = passphrase_of(passphrase, name, again=True) if locked else None
        made = keys.generate(into.expanduser(), name, secret)
        paths = [str(into.expanduser() / f"{made.key_id}.{suffix}") for suffix in ("key", "pub")]
        session.emit("review-keygen", {"files": paths}, lambda console: console.print("\n".join(paths)))


def _row(row: review_queue.Waiting) -> dict[str, Any]:
    known = row.as_dict()
    names = ("platform", "digest", "author", "status", "created", "updated", "reasons", "moved", "approval", "signers")
    return {name: known[name] for name in names}
