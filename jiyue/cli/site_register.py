"""`jiyue site import|show|check`: the register of websites."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from inventory.errors import InputError
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.register.rules import Coverage, Finding
from jiyue.workflow.services import open_services

SHOWN = 20
Files = Annotated[list[Path], typer.Argument(help=_("Forms: xlsx or CSV."))]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""

    @verb(
        group,
        "import",
        "Take the sites of offices' forms into the register: all of them, or none when anything is wrong.",
        "jiyue site import 长沙市网站.xlsx 株洲市网站.csv\njiyue site import --dry-run 全省.xlsx",
    )
    def bring_in(
        session: Session,
        files: Files,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Read and judge, write nothing."))] = False,
    ) -> None:
        from jiyue.workflow import register

        found = register.bring_in(open_services(session.workspace), files, dry_run)

        def text(console: Console) -> None:
            line = _("{added} sites added, {changed} changed, {same} as before")
            counts = {"added": len(found.added), "changed": len(found.changed), "same": found.same}
            console.print(line.format(**counts) + (" (--dry-run)" if dry_run else ""))
            for note in found.notes[:SHOWN]:
                console.print(f"  {translate(note)}")
            _findings(console, found.findings)

        session.emit("site-import", {**asdict(found), "dry_run": dry_run}, text)

    @verb(
        group, "show", "What the register says of one site, and where it runs.", "jiyue site show www.changsha.gov.cn"
    )
    def show(session: Session, site: Annotated[str, typer.Argument(help=_("Domain name."))]) -> None:
        from jiyue.workflow import register

        found = register.judge(open_services(session.workspace))
        one = next((one for one in found.sites if one.host == site), None)
        if one is None:
            raise InputError(site, "is not in the register", "see `jiyue site list`")
        mine = [finding for finding in found.findings if finding.host == site]
        data: dict[str, Any] = {**asdict(one), "platform": found.hosted.get(site, "")}

        def text(console: Console) -> None:
            values = {**data, "kind": _(one.kind), "state": _("in use") if one.open else _("closed down")}
            for name, label in _labels().items():
                if values[name]:
                    console.print(f"{label}: {values[name]}")
            _findings(console, mine)

        session.emit("site-show", {**data, "findings": [asdict(finding) for finding in mine]}, text)

    @verb(
        group,
        "check",
        "The register against the guidelines, and how many registered sites have moved.",
        "jiyue site check\njiyue site check --json",
    )
    def check(session: Session) -> int:
        from jiyue.workflow import register

        found = register.judge(open_services(session.workspace))

        def text(console: Console) -> None:
            _coverage(console, found.coverage)
            _findings(console, found.findings)

        payload = {
            "coverage": [asdict(one) for one in found.coverage],
            "findings": [asdict(finding) for finding in found.findings],
        }
        session.emit("site-check", payload, text)
        return 0 if found.whole else 1


def _labels() -> dict[str, str]:
    """What the fields are called."""
    return {
        "code": _("site code"), "host": _("domain name"), "title": _("title"), "unit": _("sponsor"),
        "region": _("division"), "kind": _("kind"), "operator": _("written by"), "keeper": _("kept running by"),
        "contact": _("contact"), "phone": _("telephone"), "opened": _("opened"), "state": _("state"),
        "platform": _("platform"),
    }  # fmt: skip


def _coverage(console: Console, found: tuple[Coverage, ...]) -> None:
    registered, migrated = (sum(len(part) for part in parts) for parts in (
        [one.registered for one in found], [one.migrated for one in found]))  # fmt: skip
    line = _("{migrated} of {registered} registered sites of {units} units are on a platform")
    console.print(line.format(migrated=migrated, registered=registered, units=len(found)))
    behind = [one for one in found if one.missing]
    if behind:
        grid = table(_("sponsor"), _("registered"), _("migrated"), _("reason"), breaks=(0, 3))
        for one in behind[:SHOWN]:
            reasons = "\n".join(translate(reason) for reason in one.missing.values())
            grid.add_row(one.unit, str(len(one.registered)), str(len(one.migrated)), reasons)
        console.print(grid)
    if len(behind) > SHOWN:
        console.print(_("and {count} more; --json lists all").format(count=len(behind) - SHOWN))


def _findings(console: Console, found: tuple[Finding, ...] | list[Finding]) -> None:
    for one in found[:SHOWN]:
        console.print(f"! {one.host}: {translate(one.text)} ({one.source})")
    if len(found) > SHOWN:
        console.print(_("and {count} more; --json lists all").format(count=len(found) - SHOWN))
