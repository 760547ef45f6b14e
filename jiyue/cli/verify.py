"""`jiyue verify`, once or turn after turn."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

from inventory.errors import InputError, Problems
from ipv6.verify.check import Depth
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.probe.rounds import Verification
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import Services, open_services

if TYPE_CHECKING:
    from jiyue.monitor.loop import Told
    from jiyue.workflow.monitor import Wanted

T = TypeVar("T")


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(
        app,
        "verify",
        "Measure platforms from the three vantage points.",
        "jiyue verify changsha\njiyue verify --full --json\njiyue verify --watch --listen 127.0.0.1:9464",
    )
    def verify(
        session: Session,
        platforms: Annotated[list[str] | None, typer.Argument(help=_("Platforms; all when none is named."))] = None,
        full: Annotated[
            bool, typer.Option("--full", help=_("Measure everything: links, delays, path MTU and routes too."))
        ] = False,
        fresh: Annotated[bool, typer.Option("--fresh", help=_("Use no answer of a run that was broken off."))] = False,
        watch: Annotated[
            bool, typer.Option("--watch", help=_("Measure again and again until SIGTERM or Ctrl-C."))
        ] = False,
        interval: Annotated[
            float, typer.Option("--interval", help=_("Seconds from turn to turn (with --watch)."))
        ] = 300.0,
        jitter: Annotated[
            float, typer.Option("--jitter", help=_("Share of the interval by which it varies (with --watch)."))
        ] = 0.1,
        turns: Annotated[int, typer.Option("--turns", help=_("End after so many turns; 0 never (with --watch)."))] = 0,
        listen: Annotated[
            str, typer.Option("--listen", help=_("Serve Prometheus metrics at ADDRESS:PORT (with --watch)."))
        ] = "",
        alert_cmd: Annotated[
            str,
            typer.Option(
                "--alert-cmd", help=_("Run this without a shell on a regression, JSON on stdin (with --watch).")
            ),
        ] = "",
    ) -> int:
        from jiyue.workflow import verify as workflow
        from jiyue.workflow.report import remember

        services = open_services(session.workspace)
        names = chosen(services, platforms or [])
        depth: Depth = "full" if full else "quick"
        reporter = ConsoleReporter(session.console)
        if watch:
            return _watch(session, services, names, depth, (interval, jitter, turns, listen, alert_cmd))
        if listen or alert_cmd or turns:
            raise InputError("verify", "--listen, --alert-cmd and --turns need --watch", "add --watch")
        with reporter.step("verify", _("Verify: from the IPv6-only, IPv4-only and dual-stack vantage points")):
            seen = workflow.verify(services, names, depth, reporter, fresh)
        remember(services)
        session.emit("verify", seen.data(), lambda console: _text(console, seen))
        return 0 if seen.ok else 1


def _text(console: Console, seen: Verification) -> None:
    ready = seen.sites()
    console.print(
        _("{checks} checks; {ready} of {total} sites ready").format(
            checks=len(seen.results), ready=sum(ready.values()), total=len(ready)
        )
    )
    for result in seen.results:
        mark = {"suspect": "?", "unmeasured": "–"}.get(result.standing, "✗")
        said = f" ({_(result.standing)})" if result.standing in ("suspect", "regression", "unmeasured") else ""
        for reason in result.reasons:
            console.print(f"{mark} {result.subject} {result.check}: {translate(reason)}{said}", markup=False)


def _watch(
    session: Session, services: Services, names: tuple[str, ...], depth: Depth, how: tuple[float, float, int, str, str]
) -> int:
    from jiyue.workflow import monitor

    wanted = _wanted(*how)
    turns = wanted.turns
    bad = False

    def told(one: Told) -> None:
        nonlocal bad
        bad = one.seen is None or not one.seen.ok
        if session.as_json:  # one line for each turn: the reader of a watch does not wait for its end
            sys.stdout.write(json.dumps({"schema": "jiyue/verify-turn/1", **_turn(one)}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            _said(session.console, one)

    reporter = ConsoleReporter(session.console)
    taken = monitor.watch(services, names, depth, wanted, reporter, told)
    session.console.print(_("the watch has ended after {turns} turns").format(turns=taken))
    return 1 if turns and bad else 0


def _wanted(interval: float, jitter: float, turns: int, listen: str, alert_cmd: str) -> Wanted:
    """The options as one value; Problems with everything that is wrong with them."""
    from jiyue.monitor import alert
    from jiyue.monitor.loop import Rhythm
    from jiyue.workflow.monitor import Wanted, place

    problems: list[InputError] = []

    def made(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except InputError as error:
            problems.append(error)
            return None

    rhythm = made(lambda: Rhythm(interval, jitter))
    served = made(lambda: place(listen)) if listen else None
    words = made(lambda: alert.command(alert_cmd)) if alert_cmd else ()
    if turns < 0:
        problems.append(InputError("--turns", f"{turns} is below 0", "give 0 for a watch without end"))
    if problems or rhythm is None:
        raise Problems(problems)
    return Wanted(rhythm, served, words or (), turns)


def _turn(one: Told) -> dict[str, object]:
    """A turn as one JSON object."""
    problems = [f"{line.place}: {line.cause}" for line in one.problem.lines] if one.problem else []
    ready = one.seen.sites() if one.seen else {}
    return {
        "turn": one.number,
        "seconds": round(one.seconds, 2),
        "ok": one.seen is not None and one.seen.ok,
        "checks": len(one.seen.results) if one.seen else 0,
        "sites": len(ready),
        "ready": sum(ready.values()),
        "events": [event.data() for event in one.events],
        "problems": problems,
    }


def _said(console: Console, one: Told) -> None:
    if one.seen is None:
        for line in one.problem.lines if one.problem else ():
            text = _("turn {number}: nothing measured: {why}")
            console.print(text.format(number=one.number, why=f"{line.place}: {translate(line.cause)}"), markup=False)
        return
    ready = one.seen.sites()
    text = _("turn {number}: {checks} checks in {seconds} s; {ready} of {total} sites ready")
    console.print(
        text.format(
            number=one.number,
            checks=len(one.seen.results),
            seconds=f"{one.seconds:.1f}",
            ready=sum(ready.values()),
            total=len(ready),
        ),
        markup=False,
    )
    words = {
        "suspect": _("suspect"), "cleared": _("no longer suspect"), "regression": _("regression"),
        "failing": _("failing"), "recovered": _("recovered"), "unmeasured": _("unmeasured"),
    }  # fmt: skip
    marks = {"suspect": "?", "cleared": "✓", "recovered": "✓", "unmeasured": "–"}
    for event in one.events:
        why = "; ".join(translate(reason) for reason in event.reasons[:2])
        head = f"{marks.get(event.kind, '✗')} {words[event.kind]}: {event.subject} {event.check}"
        console.print(head + (f": {why}" if why else ""), markup=False)
