"""`jiyue dns show|check|drift|export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.services import open_services

Names = Annotated[list[str] | None, typer.Argument(help=_("Platforms; all of them without a name."))]


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The province's zones: how they stand, what differs, as code."), no_args_is_help=True)
    app.add_typer(group, name="dns")

    @verb(
        group,
        "show",
        "How each zone stands: serial on every server, signatures, delegation; exit code 1 when something is wrong.",
        "jiyue dns show changsha\njiyue dns show --json",
    )
    def show(session: Session, platform: Names = None) -> int:
        from jiyue.workflow import dns as workflow

        found = workflow.show(open_services(session.workspace), platform or ())

        def text(console: Console) -> None:
            shown = table(_("zone"), _("serials"), _("signed until"), _("record sets"), "", breaks=(1, 4))
            for one in found:
                serials = ", ".join(f"{server} {serial or '-'}" for server, serial in one.serials.items())
                wrong = translate("; ").join(translate(reason) for reason in one.reasons)
                shown.add_row(one.zone, serials, one.signed_until or "-", str(one.sets), wrong or "✓")
            console.print(shown)

        session.emit("dns-show", {"zones": [asdict(one) for one in found]}, text)
        return 1 if any(one.reasons for one in found) else 0

    @verb(
        group,
        "check",
        "Watch the zones: signatures, DS, CDS, serials, IPv6, glue, TTL; exit code 1 unless all is well.",
        "jiyue dns check\njiyue dns check changsha --json",
    )
    def check(session: Session, platform: Names = None) -> int:
        from jiyue.workflow import dns_check as workflow

        found = workflow.check(open_services(session.workspace), platform or ())
        odd = [one for one in found if one.verdict != "pass"]

        def text(console: Console) -> None:
            for one in odd:
                mark = "✗" if one.verdict == "fail" else "?"
                console.print(f"{mark} {one.zone} {one.item} {one.server}: {translate(one.reason)}")
            counts = _("{zones} zones, {items} items: {failed} failed, {unknown} unknown")
            failed = sum(one.verdict == "fail" for one in odd)
            zones = len({one.zone for one in found})
            console.print(counts.format(zones=zones, items=len(found), failed=failed, unknown=len(odd) - failed))

        session.emit("dns-check", {"findings": [asdict(one) for one in found]}, text)
        return 1 if odd else 0

    @verb(
        group,
        "ds",
        "The DS that zones ask their parent for by CDS; with --apply the parent gets those that may be believed.",
        "jiyue dns ds\njiyue dns ds changsha --apply",
    )
    def ds(
        session: Session,
        platform: Names = None,
        apply: Annotated[bool, typer.Option("--apply", help=_("Hand them in at the parent's server."))] = False,
    ) -> int:
        from jiyue.workflow import dns_ds as workflow

        found = workflow.submissions(open_services(session.workspace), platform or (), apply)
        odd = [one for one in found if one.state != "same"]
        words = {"waits": _("waits for its parent"), "sent": _("handed in"), "refused": _("refused")}

        def text(console: Console) -> None:
            for one in odd:
                said = translate("; ").join(translate(reason) for reason in one.reasons)
                have, want = (", ".join(some) or "-" for some in (one.have, one.want))
                why = f" ({said})" if said else ""
                console.print(f"{one.zone} {words[one.state]}: {have} → {want}{why}", markup=False)
            counts = _("{zones} zones: {same} as their parent has them, {waiting} wait, {sent} sent, {refused} refused")
            number = {state: sum(one.state == state for one in found) for state in ("same", "waits", "sent", "refused")}
            console.print(
                counts.format(
                    zones=len(found),
                    same=number["same"],
                    waiting=number["waits"],
                    sent=number["sent"],
                    refused=number["refused"],
                )
            )

        session.emit("dns-ds", {"zones": [asdict(one) for one in found]}, text)
        if any(one.state == "refused" for one in found):
            return 3
        return 1 if any(one.state == "waits" for one in found) else 0

    @verb(
        group,
        "drift",
        "Record sets that are served otherwise than planned; what is not applied yet is waiting, which is no drift.",
        "jiyue dns drift\njiyue dns drift changsha --json",
    )
    def drift(session: Session, platform: Names = None) -> int:
        from jiyue.workflow import dns as workflow

        found = workflow.drift(open_services(session.workspace), platform or ())
        odd = [one for one in found if one.kind != "waiting"]

        def text(console: Console) -> None:
            for one in odd:
                served = _("planned {planned}, served {served}").format(planned=one.planned, served=one.served)
                console.print(f"✗ {one.zone} {one.name} {one.type} {_(one.kind)}: {served}")
            counts = _("{odd} record sets differ, {waiting} wait for their change set")
            console.print(counts.format(odd=len(odd), waiting=len(found) - len(odd)))

        session.emit("dns-drift", {"records": [asdict(one) for one in found]}, text)
        return 1 if odd else 0

    @verb(group, "export", "Write the planned zones as octoDNS YAML below var.", "jiyue dns export")
    def export(session: Session, platform: Names = None) -> None:
        from jiyue.workflow import dns as workflow

        _files(session, "dns-export", workflow.export(open_services(session.workspace), platform or ()))

    @verb(
        group,
        "resolver",
        "Write the extranet resolver's configuration and the rotation of its query log below var.",
        "jiyue dns resolver",
    )
    def resolver(session: Session) -> None:
        from jiyue.workflow import dns_resolver as workflow

        _files(session, "dns-resolver", workflow.export(open_services(session.workspace)))

    @verb(
        group,
        "querylog",
        "Write the program that logs the questions to a name server, its service and rotation below var.",
        "jiyue dns querylog",
    )
    def querylog(session: Session) -> None:
        from jiyue.workflow import dns_resolver as workflow

        _files(session, "dns-querylog", workflow.querylog(open_services(session.workspace)))


def _files(session: Session, schema: str, paths: list[Path]) -> None:
    def text(console: Console) -> None:
        for path in paths:
            console.print(str(path))

    session.emit(schema, {"files": [str(path) for path in paths]}, text)
