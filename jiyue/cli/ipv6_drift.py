"""`jiyue ipv6 drift`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from inventory.errors import InputError
from ipv6.drift.compare import PlatformDrift
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.selection import chosen
from jiyue.workflow.services import open_services

EXAMPLES = "jiyue ipv6 drift\njiyue ipv6 drift changsha --restore --author 王工"
MOST = 60
WORDS = {"same": "✓", "drift": "✗", "unknown": "?"}


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(group, "drift", "Compare what runs with what was applied last; changes nothing.", EXAMPLES)
    def drift(
        session: Session,
        platforms: Annotated[
            list[str] | None, typer.Argument(help=_("Platforms (or `shared`); all when none is named."))
        ] = None,
        every: Annotated[bool, typer.Option("--all", help=_("All platforms."))] = False,
        adopt: Annotated[bool, typer.Option("--adopt", help=_("Propose what runs as the new base."))] = False,
        restore: Annotated[bool, typer.Option("--restore", help=_("Propose to go back to what was applied."))] = False,
        author: Annotated[str, typer.Option("--author", help=_("Who proposes."))] = "lab-engineer",
    ) -> int:
        from jiyue.workflow import drift as work

        if every and platforms:
            raise InputError("drift", "--all and a platform were given", "give one of them")
        if adopt and restore:
            raise InputError("drift", "--adopt and --restore were given", "give one of them")
        if (adopt or restore) and len(platforms or []) != 1:
            raise InputError("drift", "a proposal is made for one platform", "name it")
        services, reporter = open_services(session.workspace), ConsoleReporter(session.console)
        names = chosen(services, platforms or [], shared=True)
        if adopt or restore:
            made = work.propose(services, names[0], "adopt" if adopt else "restore", author, reporter)
            payload = {"platform": made.platform, "digest": made.digest, "unchanged": made.unchanged}
            said = _("{platform}: proposed as {digest}; hand it in with `jiyue ipv6 submit {platform}`")
            session.emit(
                "ipv6-drift-proposal",
                payload,
                lambda console: console.print(said.format(platform=made.platform, digest=made.digest[:12])),
            )
            return 0
        found = work.drift(services, names, reporter)

        def text(console: Console) -> None:
            for one in found.platforms:
                _print(console, one)
            if found.bare:
                console.print(_("nothing is applied on {names}").format(names=", ".join(found.bare)))

        rows = [work.data(one) for one in found.platforms]
        session.emit("ipv6-drift", {"platforms": rows, "not_applied": list(found.bare)}, text)
        return found.code


def _print(console: Console, one: PlatformDrift) -> None:
    since = one.since
    head = _("{mark} {platform}: {verdict} since {digest} of {at} ({run} by {operator}), {checked} objects compared")
    console.print(
        head.format(
            mark=WORDS[one.verdict], platform=one.platform, verdict=_(one.verdict), digest=since.digest[:12],
            at=since.at or "?", run=since.run or "?", operator=since.operator or "?", checked=one.checked,
        )
    )  # fmt: skip
    if one.deferred or one.foreign:
        rest = _("    {deferred} devices are not in this environment; {foreign} other objects on them are not ours")
        console.print(rest.format(deferred=one.deferred, foreign=one.foreign))
    if one.standins:
        console.print(_("    stand-ins, no devices: {names}").format(names=", ".join(one.standins)))
    for found in one.objects:
        console.print(f"  {translate(found.text)}")
        for line in found.lines[:MOST]:
            console.print(f"    {line.text}")
        if len(found.lines) > MOST:
            console.print(_("    ... {more} lines more, all of them with --json").format(more=len(found.lines) - MOST))
        for hint in one.evidence.get(found.device, ()):
            what = f"{_(hint.get('what', ''))} {hint.get('when', '')} {hint.get('text', '')}"
            console.print(_("    hint, no proof: {what}").format(what=" ".join(what.split())))
    for said in (*(found.text for found in one.records), *(found.text for found in one.listeners)):
        console.print(f"  {translate(said)}")
    for device, why in one.unknown.items():
        console.print(f"  ? {device} {_('unknown')}: {translate(why)}")
