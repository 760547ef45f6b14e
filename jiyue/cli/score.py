"""`jiyue score`: what users are graded on, which points are lost, why, who owns it and which change regains them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from ipv6.verify.score.doctor import Diagnosis
from ipv6.verify.score.model import Cause, SetScore
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.propose import Proposed
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import open_services

SHOWN = 20


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(
        app,
        "score",
        "Score sites by the indicators they are graded on; say why points are missing and what regains them.",
        "jiyue score\njiyue score www.changsha.gov.cn --json\njiyue score changsha --measure --draft",
    )
    def score(
        session: Session,
        names: Annotated[
            list[str] | None, typer.Argument(help=_("Sites or platforms; all when none is named."))
        ] = None,
        measure: Annotated[bool, typer.Option("--measure", help=_("Measure everything anew first."))] = False,
        draft: Annotated[
            bool, typer.Option("--draft", help=_("Propose the change sets that regain the points."))
        ] = False,
        author: Annotated[str, typer.Option("--author", help=_("Who proposes (with --draft)."))] = "",
    ) -> int:
        from jiyue.workflow import score as workflow

        services = open_services(session.workspace)
        found = workflow.doctor(services, names or [], measure, ConsoleReporter(session.console))
        made: list[Proposed] = []
        if draft:
            made = workflow.drafted(services, found, author, ConsoleReporter(session.console))
        session.emit("score", _payload(found, made), lambda console: _text(console, found, made))
        return 1 if found.causes or found.unmeasured or any(not one.passed for one in found.whole) else 0


def _payload(found: Diagnosis, made: list[Proposed]) -> dict[str, Any]:
    sites = [
        {"site": one.site, "platform": one.platform, "sets": [each.data() for each in one.sets]} for one in found.sites
    ]
    return {
        "whole": [one.data() for one in found.whole],
        "predicted": {one.standard: one.score for one in found.predicted},
        "platforms": {name: [one.data() for one in sets] for name, sets in found.platforms.items()},
        "sites": sites,
        "causes": [cause.data() for cause in found.causes],
        "unmeasured": list(found.unmeasured),
        "funnel": dict(found.funnel),
        "proposed": [{"platform": one.platform, "digest": one.digest, "unchanged": one.unchanged} for one in made],
    }


def _text(console: Console, found: Diagnosis, made: list[Proposed]) -> None:
    grid = table(_("set"), _("score"), _("measured"), _("pass mark"), _("once all is cured"), breaks=(0,))
    shown = found.sites[0].sets if len(found.sites) == 1 else found.whole
    after = {one.standard: one.score for one in found.predicted}
    for one in shown:
        grid.add_row(*_row(one, after.get(one.standard, one.score) if len(found.sites) != 1 else None))
    console.print(grid)
    funnel = found.funnel
    console.print(
        _("{sites} sites: {aaaa} with AAAA, {reachable} reachable, {answers} answer, {complete} whole").format(**funnel)
    )
    for cause in found.causes[:SHOWN]:
        _cause(console, cause)
    if len(found.causes) > SHOWN:
        console.print(_("and {count} more; --json lists all").format(count=len(found.causes) - SHOWN))
    lacking = sorted({item.indicator for one in found.sites for each in one.sets for item in each.items
                      if item.state == "unmeasured"})  # fmt: skip
    if lacking:
        console.print(_("not measured: {names}; run: jiyue verify --full").format(names=", ".join(lacking)))
    for line in found.unmeasured[:SHOWN]:
        console.print(f"– {translate(line)}")
    for change in made:
        state = _("nothing to do") if change.unchanged else change.digest[:12]
        console.print(_("proposed for {platform}: {state}").format(platform=change.platform, state=state))


def _row(one: SetScore, after: float | None) -> tuple[str, ...]:
    mark = f"{one.pass_mark:g}"
    return (one.title, f"{one.score:g}", f"{one.measured:g}%", mark, "" if after is None else f"{after:g}")


def _cause(console: Console, cause: Cause) -> None:
    head = _("{subject}: {layer} ({check}), owner {owner}, {points} points").format(
        subject=cause.subject, layer=_(cause.layer), check=cause.check, owner=_(cause.owner), points=f"{cause.points:g}"
    )
    console.print(f"✗ {head}")
    for reason in cause.reasons[:3]:
        console.print(f"    {translate(reason)}")
    if cause.explains:
        console.print("    " + _("explains: {checks}").format(checks=", ".join(cause.explains)))
    console.print("    " + _("cure: {text}").format(text=translate(cause.draft.fix)))
    for page, line, old, new in cause.draft.edits[:5]:
        console.print(f"      {page}:{line}: {old} -> {new or '-'}")
    for command in cause.draft.commands:
        console.print(f"      {command}")
    if cause.predicted:
        after = ", ".join(f"{one.standard} {one.score:g}" for one in cause.predicted)
        console.print("    " + _("then: {scores}").format(scores=after))
