"""`jiyue ipv6 import|pairs|gap|export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ipv6.brownfield.model import Document, Unread
from ipv6.brownfield.pairing import Conflict, Pair
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.services import open_services

SHOWN = 20
"""Notes and lines of a text answer; --json has all of them."""
Files = Annotated[list[Path] | None, typer.Argument(help=_("Workbooks, NetBox exports or device configurations."))]
Region = Annotated[str, typer.Argument(help=_("A region by code, name or platform; all cities otherwise."))]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""

    @verb(
        group,
        "import",
        "Read what is in use today; nothing is kept when anything cannot be read.",
        "jiyue ipv6 import 地址分配表.xlsx pe-changsha.cfg\njiyue ipv6 import prefixes.csv --region changsha --partial",
    )
    def import_(
        session: Session,
        files: Files = None,
        wanted: Annotated[str, typer.Option("--format", help=_("Kind of the files, where it cannot be seen."))] = "",
        region: Annotated[str, typer.Option("--region", help=_("The region the files are about."))] = "",
        name: Annotated[str, typer.Option("--as", help=_("Name of the source; the file's name otherwise."))] = "",
        partial: Annotated[bool, typer.Option("--partial", help=_("Keep what can be read and list the rest."))] = False,
        forget: Annotated[str, typer.Option("--forget", help=_("Take a source out of the reports."))] = "",
    ) -> int:
        from jiyue.workflow import exchange

        services = open_services(session.workspace)
        if forget:
            count = exchange.forget(services, forget)
            text = _("{source}: {count} addresses left out from now on").format(source=forget, count=count)
            session.emit("ipv6-import", {"forgotten": forget, "uses": count}, lambda console: console.print(text))
            return 0
        if not files:
            raise typer.BadParameter(_("name the files"))
        done = exchange.import_files(services, files, wanted, region, name, partial)

        def show(console: Console) -> None:
            for one in done:
                line = _(
                    "{source}: {kind} {encoding}, {uses} addresses ({added} new, {removed} gone, {kept} as before)"
                )
                console.print(
                    line.format(
                        source=one.document.source,
                        kind=one.document.format,
                        encoding=one.document.encoding or "-",
                        uses=len(one.document.uses),
                        added=len(one.changes.added),
                        removed=len(one.changes.removed),
                        kept=one.changes.kept,
                    )
                )
                for use in one.changes.removed[:SHOWN] if one.again else ():
                    console.print(f"    - {use.value} {use.device} {use.interface} {use.name}".rstrip())
                for use in one.changes.added[:SHOWN] if one.again else ():
                    console.print(f"    + {use.value} {use.device} {use.interface} {use.name}".rstrip())
                _unread(console, (*one.document.errors, *one.document.notes))

        session.emit("ipv6-import", {"sources": [_source(one.document, one.changes) for one in done]}, show)
        return 1 if any(one.document.errors for one in done) else 0

    @verb(
        group,
        "pairs",
        "IPv4 and IPv6 side by side, interface by interface, with what the plan gives each.",
        "jiyue ipv6 pairs changsha\njiyue ipv6 pairs --state ipv4-only --json",
    )
    def pairs(
        session: Session,
        region: Region = "",
        state: Annotated[str, typer.Option("--state", help=_("Only dual, ipv4-only, ipv6-only or unseen."))] = "",
    ) -> None:
        from jiyue.workflow import exchange

        states = ("dual", "ipv4-only", "ipv6-only", "unseen")
        if state and state not in states:
            raise typer.BadParameter(_("choose one of {known}").format(known=", ".join(states)), param_hint="--state")
        found, _sources = exchange.pairing(open_services(session.workspace), region)
        rows = [_pair(one) for one in found.pairs if state in ("", one.state)]
        unseen = [asdict(one) for one in found.unseen] if state in ("", "unseen") else []

        def text(console: Console) -> None:
            shown = table(
                _("region"),
                _("device"),
                _("interface"),
                "IPv4",
                "IPv6",
                _("planned IPv6"),
                _("state"),
                _("known as"),
                breaks=(1, 2, 3, 4, 5, 7),
            )
            for row in rows:
                known = ", ".join(row["items"]) or row["network"] or _("unknown to the inventory")
                cells = [row["region"], row["device"], row["interface"] or row["name"]]
                cells += [" ".join(row[name]) for name in ("ipv4", "ipv6", "planned6")]
                shown.add_row(*cells, _(row["state"]), known)
            for row in unseen:
                shown.add_row(
                    row["region"], row["device"], row["interface"] or row["name"], row["ipv4"], "", row["ipv6"],
                    _("unseen"), f"{row['kind']} {row['name']}",
                )  # fmt: skip
            console.print(shown)
            _conflicts(console, found.conflicts)

        payload = {"pairs": rows, "unseen": unseen, "conflicts": [asdict(one) for one in found.conflicts]}
        session.emit("ipv6-pairs", payload, text)

    @verb(
        group,
        "gap",
        "The dual-stack gap of each region: IPv4 only, planned, unknown, conflicts.",
        "jiyue ipv6 gap\njiyue ipv6 gap 长沙市 --json",
    )
    def gap(session: Session, region: Region = "") -> int:
        from jiyue.workflow import exchange

        rows, found, sources = exchange.gap(open_services(session.workspace), region)
        unread = [one for source in sources for one in source.errors]

        def text(console: Console) -> None:
            shown = table(
                _("code"), _("region"), _("seen"), _("dual stack"), _("IPv4 only"), _("of it planned"),
                _("not planned"), _("IPv6 only"), _("not in the data"), _("outside the plan"), _("conflicts"),
                _("not seen"), "%", breaks=range(13),
            )  # fmt: skip
            for row in rows:
                counts = (row.seen, row.dual, row.ipv4_only, row.planned, row.unplanned, row.ipv6_only, row.unknown,
                          row.foreign, row.conflicts, row.unseen)  # fmt: skip
                share = _("nothing imported") if row.percent is None else f"{row.percent:.1f}"
                shown.add_row(row.code, row.name or _("no region"), *map(str, counts), share)
            console.print(shown)
            _conflicts(console, found.conflicts)
            _unread(console, unread)

        payload = {
            "regions": [{**asdict(row), "percent": row.percent} for row in rows],
            "conflicts": [asdict(one) for one in found.conflicts],
            "unread": [one.model_dump() for one in unread],
            "sources": [source.source for source in sources],
        }
        if region:
            payload["pairs"] = [_pair(one) for one in found.pairs]
        session.emit("ipv6-gap", payload, text)
        return 1 if found.conflicts or unread else 0

    @verb(
        group,
        "export",
        "Write the plan for other tools: xlsx, netbox-csv, reverse-zones, ansible, json.",
        "jiyue ipv6 export --format xlsx --into out/\njiyue ipv6 export --format reverse-zones --into out/zones",
    )
    def export(
        session: Session,
        wanted: Annotated[str, typer.Option("--format", help=_("xlsx, netbox-csv, reverse-zones, ansible or json."))],
        into: Annotated[Path, typer.Option("--into", help=_("Folder for the files; made when missing."))],
    ) -> None:
        from jiyue.workflow import exchange

        done = exchange.export(open_services(session.workspace), wanted, into)

        def text(console: Console) -> None:
            for name, changed in done.items():
                console.print(f"{into / name}: " + (_("written") if changed else _("unchanged")))
            if wanted == "netbox-csv":
                console.print(_("import the prefixes, then the interfaces, then the addresses; the devices must exist"))

        session.emit("ipv6-export", {"format": wanted, "into": str(into), "files": done}, text)


def _source(document: Document, changed: Any) -> dict[str, Any]:
    return {
        "source": document.source,
        "format": document.format,
        "encoding": document.encoding,
        "sha256": document.sha256,
        "uses": len(document.uses),
        "added": [use.model_dump(exclude_defaults=True) for use in changed.added],
        "removed": [use.model_dump(exclude_defaults=True) for use in changed.removed],
        "kept": changed.kept,
        "unread": [one.model_dump() for one in document.errors],
        "notes": [one.model_dump() for one in document.notes],
    }


def _pair(one: Pair) -> dict[str, Any]:
    return {**asdict(one), "state": one.state, "known": one.known}


def _unread(console: Console, found: tuple[Unread, ...] | list[Unread]) -> None:
    for one in found[:SHOWN]:
        line = f"    {one.place}: {translate(one.cause)}"
        console.print(line + (translate("; ") + translate(one.fix) if one.fix else ""))
    _more(console, len(found))


def _conflicts(console: Console, found: tuple[Conflict, ...]) -> None:
    for one in found[:SHOWN]:
        console.print(_("conflict") + f" {one.place}: {translate(one.cause)}" + translate("; ") + translate(one.fix))
    _more(console, len(found))


def _more(console: Console, count: int) -> None:
    if count > SHOWN:
        console.print("    " + _("and {count} more; --json has all of them").format(count=count - SHOWN))
