"""`jiyue ipv6 apply|rollback|status|pause|resume|abort`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from inventory.errors import InputError, worst
from ipv6.apply.flow import PlatformResult
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))]
Work = Annotated[
    list[str] | None,
    typer.Argument(help=_("Platforms (or `shared`), all when none is named; or one of pause, resume, abort.")),
]
One = Annotated[str, typer.Argument(help=_("Platform or `shared`."))]
ORDERS = ("pause", "resume", "abort")


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    _apply(group)
    _rollback(group)
    _status(group)
    _orders(group)


def _apply(group: typer.Typer) -> None:
    @verb(
        group,
        "apply",
        "Apply what is approved: shared part, province, canary, waves.",
        "jiyue ipv6 apply\njiyue ipv6 apply zhuzhou --limit site-zhuzhou\njiyue ipv6 apply pause",
    )
    def apply(
        session: Session,
        platforms: Work = None,
        limit: Annotated[
            list[str] | None,
            typer.Option("--limit", help=_("Only these devices or regions (name or code); never more than planned.")),
        ] = None,
    ) -> int:
        from jiyue.workflow.apply import apply as run

        words = platforms or []
        if len(words) == 1 and words[0] in ORDERS:
            if limit:
                raise InputError("--limit", f"it has no meaning with {words[0]}", "leave it out")
            return tell(session, words[0])
        services = open_services(session.workspace)
        names = chosen(services, words, shared=True)
        result = run(services, names, ConsoleReporter(session.console), limit=tuple(limit or ()))
        rows = [row(one) for one in result.platforms]

        def text(console: Console) -> None:
            for one in result.platforms:
                say(console, one, 10)

        session.emit("ipv6-apply", {"run": result.run, "halted": result.halted, "platforms": rows}, text)
        return result.exit_code


def _rollback(group: typer.Typer) -> None:
    @verb(
        group,
        "rollback",
        "Take a platform back to before its change set, or to before an earlier one.",
        "jiyue ipv6 rollback changsha\njiyue ipv6 rollback changsha --before 3f8a91c2",
    )
    def rollback(
        session: Session,
        platform: One,
        to: Annotated[str, typer.Option("--to", help=_("Until this change set (digest) is what runs."))] = "",
        before: Annotated[
            str, typer.Option("--before", help=_("Until this change set and all that came after it are taken back."))
        ] = "",
    ) -> int:
        from jiyue.workflow.apply import rollback as run

        services = open_services(session.workspace)
        name = chosen(services, [platform], shared=True)[0]
        one = run(services, name, ConsoleReporter(session.console), to, before)

        session.emit("ipv6-rollback", row(one), lambda console: say(console, one, len(one.reasons)))
        return one.code


def row(one: PlatformResult) -> dict[str, object]:
    """A platform's result as JSON."""
    said = {"platform": one.platform, "state": one.state, "digest": one.digest, "reasons": list(one.reasons)}
    return {**said, "standins": list(one.standins)}


def say(console: Console, one: PlatformResult, most: int) -> None:
    """A platform's result for people, with `most` reasons at the most."""
    console.print(f"{one.platform}: {_(one.state)}")
    for reason in one.reasons[:most]:
        console.print(f"    {translate(reason)}", markup=False)
    if one.standins:
        console.print(_("    stand-ins, no devices: {names}").format(names=", ".join(one.standins)))


def _status(group: typer.Typer) -> None:
    @verb(group, "status", "Which device is where, and what an apply is doing.", "jiyue ipv6 status changsha --json")
    def status(session: Session, platforms: Names = None) -> int:
        from jiyue.workflow.apply import standing
        from jiyue.workflow.control import running

        services = open_services(session.workspace)
        found, now = standing(services, chosen(services, platforms or [], shared=True)), running(services)

        def text(console: Console) -> None:
            if now:
                said = _("run {run}: {state} {where}, process {pid} of {user} since {since}")
                console.print(said.format(state=_(now.get("state", "")), where=now.get("where", ""), **{
                    key: now[key] for key in ("run", "pid", "user", "since")}))  # fmt: skip
            shown = table(
                _("platform"),
                _("device"),
                _("state"),
                _("since"),
                _("s left"),
                _("digest"),
                _("kind"),
                _("reason"),
                breaks=(1, 3, 7),
            )
            for one in found:
                left = f"{one.remaining:.0f}" if one.remaining else ""
                shown.add_row(
                    one.platform, one.device, _(one.state), one.since, left, one.digest[:12], _(one.kind),
                    translate(one.reason),
                )  # fmt: skip
            console.print(shown)

        session.emit("ipv6-status", {"run": now, "devices": [asdict(one) for one in found]}, text)
        states = {one.state for one in found}
        return worst([4] * ("unreachable" in states) + [1] * ("failed" in states))


def _orders(group: typer.Typer) -> None:
    @verb(group, "pause", "Let a running apply wait before its next batch.", "jiyue ipv6 pause")
    def pause(session: Session) -> int:
        return tell(session, "pause")

    @verb(group, "resume", "Let an apply that waits go on.", "jiyue ipv6 resume")
    def resume(session: Session) -> int:
        return tell(session, "resume")

    @verb(group, "abort", "Stop an apply: what is unconfirmed goes back, what is confirmed stays.", "jiyue ipv6 abort")
    def abort(session: Session) -> int:
        return tell(session, "abort")


def tell(session: Session, order: str) -> int:
    """Give a running apply an order; 1 when an abort found devices that it could not settle."""
    from jiyue.workflow.control import tell as run

    told = run(open_services(session.workspace), order, ConsoleReporter(session.console))

    def text(console: Console) -> None:
        if told.run:
            console.print(_("told {run} ({who}): {order}").format(run=told.run, who=told.who, order=_(order)))
        elif not told.settled:
            console.print(_("no apply is running and no device waits for a confirm"))
        for device, state in told.settled.items():
            console.print(f"{device}: {_(state)}")

    session.emit(f"ipv6-{order}", asdict(told), text)
    return worst([4] * any(state not in ("rolled-back", "confirmed", "refused") for state in told.settled.values()))
