"""`jiyue site migrate|retire|tamper`: sites leave their old hosts; what is served stays as the library has it."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from inventory.errors import worst
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.services import open_services

if TYPE_CHECKING:
    from jiyue.workflow.moving import Outcome
    from jiyue.workflow.tampering import Checked

Names = Annotated[list[str] | None, typer.Argument(help=_("Names of sites."))]
SHOWN = 10
EVERY = 60.0


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""

    @verb(
        group,
        "migrate",
        "Move sites from their old hosts onto the platform: content, library, check, names; run again to go on.",
        "jiyue site migrate tyj.changsha.gov.cn --dry-run\njiyue site migrate tyj.changsha.gov.cn\n"
        "jiyue site migrate tyj.changsha.gov.cn --back",
    )
    def migrate(
        session: Session,
        site: Names = None,
        every: Annotated[bool, typer.Option("--all", help=_("Every site on an old host."))] = False,
        to: Annotated[str, typer.Option("--to", help=_("Platform; must be the one that has the site's zone."))] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Ask and judge, change nothing."))] = False,
        back: Annotated[bool, typer.Option("--back", help=_("Lead the names to the old host again."))] = False,
        resume: Annotated[bool, typer.Option("--resume", help=_("Go on where it ended (it always does)."))] = False,
    ) -> int:
        from jiyue.workflow import moving

        del resume
        _named(site, every)
        services = open_services(session.workspace)
        names = None if every else site
        if dry_run:
            found = moving.preview(services, names, to)

            def shown(console: Console) -> None:
                for one in found:
                    counts = _("{files} files, {size} bytes").format(files=one.files, size=one.size)
                    console.print(f"{'✗' if one.reasons else '✓'} {one.site} {counts}; {'; '.join(one.records)}")
                    for reason in one.reasons:
                        console.print(f"    {translate(reason)}")

            session.emit("site-migrate-preview", {"sites": [asdict(one) for one in found]}, shown)
            return 3 if any(one.reasons for one in found) else 0
        console = session.console

        def tell(*said: str) -> None:
            console.print(moving.line(*said))

        if back:
            return _outcomes(session, "site-migrate", moving.go_back(services, site or [], tell))
        return _outcomes(session, "site-migrate", moving.migrate(services, names, to, tell))

    @verb(
        group,
        "retire",
        "Old hosts answer with redirects for sites that have moved, once nobody asks them any more.",
        "jiyue site retire tyj.changsha.gov.cn",
    )
    def retire(session: Session, site: Annotated[list[str], typer.Argument(help=_("Names of sites."))]) -> int:
        from jiyue.workflow import moving

        return _outcomes(session, "site-retire", moving.retire(open_services(session.workspace), site))

    @verb(
        group,
        "tamper",
        "What is served against the library's hashes, on the host and over both families; put it back if asked.",
        "jiyue site tamper --all\njiyue site tamper tyj.changsha.gov.cn --restore\njiyue site tamper --all --watch",
    )
    def tamper(
        session: Session,
        site: Names = None,
        every: Annotated[bool, typer.Option("--all", help=_("Every site that has moved."))] = False,
        restore: Annotated[bool, typer.Option("--restore", help=_("Put files back, keep what was there."))] = False,
        watch: Annotated[bool, typer.Option("--watch", help=_("Look again every minute until interrupted."))] = False,
    ) -> int:
        from inventory.errors import NothingChecked
        from jiyue.workflow import tampering

        _named(site, every)
        services = open_services(session.workspace)
        while True:
            found = tampering.tamper(services, None if every else site, restore)
            if not found:
                raise NothingChecked("site tamper", "no site has moved yet", "run `jiyue site migrate SITE` first")
            _checked(session, found)
            if not watch:
                return 0 if all(one.ok for one in found) else 1
            time.sleep(EVERY)


def _named(site: list[str] | None, every: bool) -> None:
    if not site and not every:
        raise typer.BadParameter(_("name sites, or use --all"))


def _outcomes(session: Session, schema: str, found: list[Outcome]) -> int:
    def text(console: Console) -> None:
        for one in found:
            console.print(f"{'✗' if one.reason else '✓'} {one.site} {_(one.progress.state)}")
            for line in one.reason.splitlines():
                console.print(f"    {translate(line)}")

    rows = [{"site": one.site, "reason": one.reason, **one.progress.data()} for one in found]
    session.emit(schema, {"sites": rows}, text)
    return worst([one.code for one in found])


def _checked(session: Session, found: list[Checked]) -> None:
    def text(console: Console) -> None:
        for one in found:
            said = _("as in the library") if one.found.whole else _("put back") if one.mended else _("not as it was")
            console.print(f"{'✓' if one.ok else '✗'} {one.site} {said} ({one.files})")
            parts = (
                (_("changed"), one.found.changed),
                (_("missing"), one.found.missing),
                (_("added"), one.found.added),
            )
            for word, paths in parts:
                for path in paths[:SHOWN]:
                    console.print(f"    {word}: {path}")
                if len(paths) > SHOWN:
                    console.print(_("and {count} more; --json lists all").format(count=len(paths) - SHOWN))
            for problem in one.problems[:SHOWN]:
                console.print(f"    {translate(problem)}")
            if one.evidence:
                console.print("    " + _("what was there is kept in {place}").format(place=one.evidence))

    session.emit("site-tamper", {"sites": [{**asdict(one), "ok": one.ok} for one in found]}, text)
