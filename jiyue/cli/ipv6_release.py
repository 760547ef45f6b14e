"""`jiyue ipv6 release`."""

from __future__ import annotations

from typing import Annotated

import typer

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow.services import open_services


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(
        group,
        "release",
        "Give up an allocation; its prefix stays in quarantine, its history for ever.",
        "jiyue ipv6 release site/www.example.gov.cn --reason 网站已关停",
    )
    def release(
        session: Session,
        key: Annotated[str, typer.Argument(help=_("Key in the ledger, as `ipv6 show` prints it."))],
        reason: Annotated[str, typer.Option("--reason", help=_("Why; kept in the ledger for ever."))],
    ) -> None:
        from jiyue.workflow.release import release as run

        entry = run(open_services(session.workspace), key, reason)
        text = _("{key} {prefix} is released; nobody gets it before {until}").format(
            key=entry.key, prefix=entry.prefix, until=entry.until
        )
        session.emit("ipv6-release", {"released": entry._asdict()}, lambda console: console.print(text, markup=False))
