"""`jiyue site assess|findings`: the safety assessment, and everything it may find."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, language, translate
from jiyue.sites.model import Assessment, Finding
from jiyue.workflow.services import open_services

Sites = Annotated[list[str] | None, typer.Argument(help=_("Names of sites."))]
Every = Annotated[bool, typer.Option("--all", help=_("Every hosted site and every old one."))]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""

    @verb(
        group,
        "assess",
        "Assess sites before anything is applied to them: TLS, headers, content, ports, the host's baseline.",
        "jiyue site assess www.changsha.gov.cn\njiyue site assess --all\njiyue site assess --full www.changsha.gov.cn",
    )
    def assess(
        session: Session,
        site: Sites = None,
        every: Every = False,
        full: Annotated[
            bool, typer.Option("--full/--quick", help=_("Packaged scanners too: ssh-audit, testssl.sh, lynis."))
        ] = False,
    ) -> int:
        from jiyue.sites import targets
        from jiyue.workflow import sites as workflow

        if not site and not every:
            raise typer.BadParameter(_("name sites, or use --all"))
        with session.console.status("") if session.console.is_terminal else _Nothing() as status:

            def told(done: int, of: int) -> None:
                if status is not None:
                    status.update(_("{done} of {total} sites").format(done=done, total=of))

            services = open_services(session.workspace)
            names = targets.every(services.inventory) if every else site
            found = workflow.assess(services, names, "full" if full else "quick", told)
        session.emit("site-assess", {"assessments": [one.data() for one in found]}, lambda c: assessments(c, found))
        return 0 if all(one.passed for one in found) else 1

    @verb(
        group,
        "findings",
        "Everything an assessment may find: severity, clauses, fix.",
        "jiyue site findings\njiyue site findings --json",
    )
    def findings(session: Session) -> None:
        from jiyue.sites.catalogue import catalogue

        def text(console: Console) -> None:
            shown = table(_("finding"), _("severity"), _("title"), _("clauses"), _("fix"), breaks=(2, 3, 4))
            for one in catalogue().values():
                words = (one.title, one.fix) if language() == "zh" else (one.title_en, one.fix_en)
                shown.add_row(one.id, _(one.severity), words[0], " ".join(one.clauses), words[1])
            console.print(shown)

        session.emit("site-findings", {"findings": [one.model_dump() for one in catalogue().values()]}, text)


def assessments(console: Console, found: list[Assessment]) -> None:
    """Site by site; what holds for a host is told with the first of its sites."""
    told: set[Finding] = set()
    for one in found:
        sign = "✓" if one.passed else "✗"
        console.print(f"{sign} {one.site} " + _("valid until {day}").format(day=one.expires))
        for finding in one.findings:
            if finding not in told and (finding.severity != "note" or not one.passed):
                console.print(f"    {line(finding)}")
            told.add(finding)


def line(one: Finding) -> str:
    """One finding: severity, id, evidence, fix; a waived one with why and until when."""
    zh = language() == "zh"
    title, fix = (one.title, one.fix) if zh else (one.title_en, one.fix_en)
    text = f"{_(one.severity)} {one.id} {title}: {translate(one.evidence)}"
    if one.waived:
        return f"{text} [{_('waived until {day}').format(day=one.until)}: {one.waived}]"
    return text + translate("; ") + fix


class _Nothing:
    """No live line."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None
