"""`jiyue lab fault list|inject|clear|replay|status`."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Any

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from lab.faults import act, record, registry
from lab.faults.record import Injected

One = Annotated[str, typer.Argument(help=_("Fault by its id, as `status` shows it."))]


def add(lab: typer.Typer) -> None:
    """Add the group to `jiyue lab`."""
    group = typer.Typer(help=_("Break something on purpose, inside the lab only."), no_args_is_help=True)
    lab.add_typer(group, name="fault")

    @verb(
        group, "list", "Every fault there is: what it does, how it is undone, its parameters.", "jiyue lab fault list"
    )
    def listing(session: Session) -> None:
        rows: list[dict[str, Any]] = [
            {
                "name": kind.name,
                "does": kind.notes,
                "undone": kind.fix,
                "parameters": {one.name: one.default for one in fields(kind.params)},
            }
            for kind in registry.kinds().values()
        ]

        def text(console: Console) -> None:
            for row in rows:
                words = " ".join(f"{key}={value}" for key, value in row["parameters"].items())
                console.print(f"{row['name']}  {words}".rstrip())
                console.print(f"    {translate(row['does'])}")
                console.print(f"    {_('undone')}: {translate(row['undone'])}")

        session.emit("lab-fault-list", {"faults": rows}, text)

    @verb(
        group,
        "inject",
        "Inject one fault; its seed and parameters are recorded, so that it can be replayed.",
        "jiyue lab fault inject wrong-acl@changsha-fw\n"
        "jiyue lab fault inject link-cut@pe-changsha,interface=to-core\n"
        "jiyue lab fault inject slow-path@pe-changsha,interface=to-core,delay_ms=80,loss=2,seed=7",
    )
    def inject(
        session: Session,
        fault: Annotated[str, typer.Argument(help=_("NAME@HOST, then ,key=value as often as needed."))],
    ) -> None:
        _say(session, "lab-fault-inject", (act.inject(session.workspace.lab, fault),))

    @verb(group, "clear", "Undo one fault, or all of them.", "jiyue lab fault clear f1\njiyue lab fault clear --all")
    def clear(
        session: Session,
        fault: Annotated[str, typer.Argument(help=_("Fault by its id; all that are active when none is named."))] = "",
        everything: Annotated[bool, typer.Option("--all", help=_("All that are active."))] = False,
    ) -> None:
        named = (fault,) if fault and not everything else ()
        _say(session, "lab-fault-clear", act.clear(session.workspace.lab, named))

    @verb(group, "replay", "Inject a fault of the record once more, exactly as it was.", "jiyue lab fault replay f1")
    def replay(session: Session, fault: One) -> None:
        _say(session, "lab-fault-replay", (act.replay(session.workspace.lab, fault),))

    @verb(group, "status", "The faults that the lab has now, and those on record.", "jiyue lab fault status --json")
    def status(session: Session) -> None:
        directory = session.workspace.lab
        now = {one.id for one in act.active(directory)}
        rows = [_row(one, one.id in now) for one in record.read(directory)]

        def text(console: Console) -> None:
            for row in rows:
                console.print(f"{row['id']}  {_(row['state'])}  {row['fault']}  {row['at']}", markup=False)
            if not now:
                console.print(_("no fault is active"))

        session.emit("lab-fault-status", {"faults": rows}, text)


def _row(one: Injected, active: bool) -> dict[str, Any]:
    """One line; a fault of a lab that is gone is gone with it."""
    state = one.state if active or one.state == "cleared" else "gone with its lab"
    return {**asdict(one), "state": state, "fault": one.text}


def _say(session: Session, schema: str, found: tuple[Injected, ...]) -> None:
    def text(console: Console) -> None:
        for one in found:
            console.print(f"{one.id}  {_(one.state)}  {one.text}", markup=False)
        if not found:
            console.print(_("no fault is active"))

    session.emit(schema, {"faults": [{**asdict(one), "fault": one.text} for one in found]}, text)
