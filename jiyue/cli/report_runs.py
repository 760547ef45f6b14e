"""`jiyue report runs|compare`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, language, translate
from jiyue.report import words
from jiyue.report.compare import Change, Comparison
from jiyue.workflow.services import open_services

SHOWN = 20
FIGURES = ("platforms-accepted", "sites-ready", "checks-failed", "checks-unknown", "tests-red")


def add(group: typer.Typer) -> None:
    """Add the verbs."""

    @verb(group, "runs", "List the runs that are kept, newest first.", "jiyue report runs --json")
    def runs(session: Session) -> None:
        from jiyue.workflow.report_runs import kept

        found = kept(open_services(session.workspace))[::-1]

        def text(console: Console) -> None:
            table = Table()
            table.add_column(_("run"), no_wrap=True)
            for name in FIGURES:
                table.add_column(_named(name), justify="right")
            for run in found:
                table.add_row(run.at, *(f"{run.figures[name]:g}" if name in run.figures else "-" for name in FIGURES))
            console.print(table)

        session.emit("report-runs", {"runs": [asdict(run.row) for run in found]}, text)

    @verb(
        group,
        "compare",
        "Say what got better and worse between two runs; exit code 1 when anything got worse.",
        "jiyue report compare\njiyue report compare 2026-03-01 latest\njiyue report compare old.json report.json",
    )
    def compare(
        session: Session,
        old: Annotated[
            str, typer.Argument(help=_("A run (its time or the beginning of it), `previous`, or a file."))
        ] = "previous",
        new: Annotated[str, typer.Argument(help=_("The run to compare with it."))] = "latest",
        public: Annotated[
            Path | None,
            typer.Option("--public-key", help=_("Public key of who signed a bundle, NAME.pub; else the keyring's.")),
        ] = None,
    ) -> int:
        from jiyue.workflow.report_runs import compared

        found = compared(open_services(session.workspace), old, new, public.expanduser() if public else None)
        session.emit("report-compare", asdict(found), lambda console: _text(console, found))
        return 1 if found.worse else 0


def _named(name: str) -> str:
    found = words.figure(name)
    return found.zh if language() == "zh" else found.en


def _text(console: Console, found: Comparison) -> None:
    line = _("{old} -> {new}: {better} better, {worse} worse, {other} otherwise changed, {same} the same")
    counts = {"better": len(found.better), "worse": len(found.worse), "other": len(found.other), "same": found.same}
    console.print(line.format(old=found.old, new=found.new, **counts))
    for figure in found.figures:
        then, now = ("-" if value is None else f"{value:g}" for value in (figure.then, figure.now))
        console.print(f"  {_named(figure.name)}: {then} -> {now}")
    for mark, changes in (("▼", found.worse), ("▲", found.better), ("·", found.other)):
        for change in changes[:SHOWN]:
            console.print(f"{mark} {_line(change)}")
        if len(changes) > SHOWN:
            console.print(_(" and {count} more").format(count=len(changes) - SHOWN))


def _line(change: Change) -> str:
    then, now = _(change.then) if change.then else "-", _(change.now) if change.now else "-"
    reason = f" ({translate(change.reason)})" if change.reason else ""
    return f"{change.subject} {change.what}: {then} -> {now}{reason}"
