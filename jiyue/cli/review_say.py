"""`jiyue review comment|diff|after`: talk about a proposal, read its differences, review an emergency afterwards."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.keyfile import KeyFile, PassphraseFd, key_of
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.review import decide
from jiyue.workflow import review as workflow
from jiyue.workflow import review_read
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services, utc_now

One = Annotated[str, typer.Argument(help=_("Platform or `shared`."))]
COLOURS = {"add": "green", "del": "red", "hunk": "cyan"}


def add(group: typer.Typer) -> None:
    """Add the verbs."""

    @verb(
        group,
        "comment",
        "Say something about a proposal; what was said stays.",
        "jiyue review comment changsha --by 李审核 --about 'fw-changsha nftables inet jiyue' '缺少日志规则'",
    )
    def comment(
        session: Session,
        platform: One,
        words: Annotated[str, typer.Argument(help=_("What is to be said."))],
        by: Annotated[str, typer.Option("--by", help=_("Who says it."))],
        about: Annotated[
            str, typer.Option("--about", help=_("Object of the change set, as `review diff` names it."))
        ] = "",
    ) -> None:
        services = open_services(session.workspace)
        record = workflow.current(services, chosen(services, [platform], shared=True)[0])
        if about:
            review_read.known_object(services.store.change_set(record.digest), about)
        made = services.store.comment(record.digest, by, words, about)
        session.emit("review-comment", asdict(made), lambda console: console.print(_("noted")))

    @verb(
        group,
        "diff",
        "What changes, object by object; or what differs from an earlier proposal.",
        "jiyue review diff changsha fw-changsha\njiyue review diff changsha --against 3f2a9c01d4e5",
    )
    def diff(
        session: Session,
        platform: One,
        objects: Annotated[
            list[str] | None, typer.Argument(help=_("Devices or objects; all when none is named."))
        ] = None,
        against: Annotated[str, typer.Option("--against", help=_("Digest of the earlier proposal."))] = "",
    ) -> None:
        services = open_services(session.workspace)
        record = workflow.current(services, chosen(services, [platform], shared=True)[0])
        change = services.store.change_set(record.digest)
        if against:
            before = services.store.change_set(services.store.find(against).digest)
            found = review_read.between(before, change, objects or [])
        else:
            found = review_read.differences(change, objects or [])

        def text(console: Console) -> None:
            for one in found:
                console.print(f"== {one.name}", style="bold", markup=False)
                for line in one.lines:
                    console.print(line.text, style=COLOURS.get(line.kind), markup=False)
            if not found:
                console.print(_("nothing differs"))

        session.emit("review-diff", {"digest": record.digest, "objects": [asdict(one) for one in found]}, text)

    @verb(
        group,
        "after",
        "Review an emergency change after the fact; it stays open until somebody else has done it.",
        "jiyue review after changsha --finding '变更符合方案' --key ~/keys/zhao.key",
    )
    def after(
        session: Session,
        platform: One,
        finding: Annotated[str, typer.Option("--finding", help=_("What was found."))],
        reviewer: Annotated[
            str, typer.Option("--reviewer", help=_("Who reviews; none of those who approved it."))
        ] = "",
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
    ) -> None:
        services = open_services(session.workspace)
        name = chosen(services, [platform], shared=True)[0]
        digest = review_read.open_emergency(services, name)
        signer = key_of(key, passphrase) if key else workflow.lab_reviewers(services)[0]
        done = decide.review_after(services.store, digest, signer, reviewer, finding, utc_now())
        payload = {"platform": name, "digest": done.digest, "status": done.status}
        session.emit("review-after", payload, lambda console: console.print(_("reviewed")))
