"""`jiyue ipv6 show|usage|whatif`: questions about addresses, nothing is written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ipv6.plan.explain import Explanation
from ipv6.plan.fits import Fit
from ipv6.plan.usage import Row, Summary
from ipv6.plan.whatif import Effect
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.i18n import _, language, translate
from jiyue.workflow.services import open_services

SHOWN = 20
"""Claims of a text answer; --json has all of them."""


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""

    @verb(
        group,
        "show",
        "Explain an address field by field, with the claims around it and since when.",
        "jiyue ipv6 show 3fff:ff1:100:1000::10\njiyue ipv6 show 3fff:10:582::/48",
    )
    def show(session: Session, address: Annotated[str, typer.Argument(help=_("IPv6 address or prefix."))]) -> None:
        from jiyue.workflow.address import explain, explanation_payload

        found = explain(open_services(session.workspace), address)
        session.emit("ipv6-show", explanation_payload(found), lambda console: _show(console, found))

    @verb(
        group,
        "usage",
        "How full every pool is: places used, reserve, HD-ratio, warnings.",
        "jiyue ipv6 usage\njiyue ipv6 usage --region 430100",
    )
    def usage(
        session: Session,
        region: Annotated[str, typer.Option("--region", help=_("Only the pools of this region, by code."))] = "",
    ) -> None:
        from jiyue.workflow.address import row_payload, usage_of

        rows, lines = usage_of(open_services(session.workspace), region)
        payload = {"levels": [_line_payload(one) for one in lines], "pools": [row_payload(row) for row in rows]}
        session.emit("ipv6-usage", payload, lambda console: _usage(console, rows, lines, bool(region)))

    @verb(
        group,
        "whatif",
        "What a new county, a merger or another prefix would change; nothing is written.",
        "jiyue ipv6 whatif --add-county 430199 --parent 430100\njiyue ipv6 whatif --merge 430102 430103\n"
        "jiyue ipv6 whatif --prefix 3fff:20::/32 --profile compact",
    )
    def whatif(
        session: Session,
        county: Annotated[str, typer.Option("--add-county", help=_("Code of a county to add."))] = "",
        parent: Annotated[str, typer.Option("--parent", help=_("Code of its city."))] = "",
        pair: Annotated[
            tuple[str, str] | None,
            typer.Option("--merge", metavar="CODE INTO", help=_("Code of a county, and of the one that takes it in.")),
        ] = None,
        prefix: Annotated[str, typer.Option("--prefix", help=_("A received block, e.g. 3fff:20::/32."))] = "",
        profile: Annotated[str, typer.Option("--profile", help=_("legible or compact; the policy's otherwise."))] = "",
    ) -> int:
        from jiyue.workflow import address

        if sum((bool(county), pair is not None, bool(prefix))) != 1 or bool(county) != bool(parent):
            raise typer.BadParameter(_("ask one thing: --add-county with --parent, --merge, or --prefix"))
        if profile and not prefix:
            raise typer.BadParameter(_("--profile belongs to --prefix"))
        services = open_services(session.workspace)
        fit = address.fit(services, prefix, profile) if prefix else None
        effect = address.merge(services, *pair) if pair else None
        if county:
            effect = address.add_county(services, county, parent)

        def text(console: Console) -> None:
            if fit is not None:
                _fit(console, fit)
            if effect is not None:
                _effect(console, effect)

        payload = {"fit": asdict(fit) if fit else None, "effect": asdict(effect) if effect else None}
        session.emit("ipv6-whatif", payload, text)
        return 2 if fit is not None and fit.missing else 0


def _table(*heads: str) -> Table:
    """A table without frames whose last column folds, so that a pipe of 80 columns loses nothing."""
    table = Table(box=None, pad_edge=False)
    for head in heads[:-1]:
        table.add_column(head, no_wrap=True)
    table.add_column(heads[-1], overflow="fold")
    return table


def _show(console: Console, found: Explanation) -> None:
    console.print(f"{found.prefix}  {_('profile {name}').format(name=found.profile)}", markup=False)
    if found.fields:
        table = _table(_("bits"), _("field"), _("digits"), _("state"), _("meaning"))
        for one in found.fields:
            name = one.field.name_zh if language() == "zh" else one.field.name_en
            bits = f"{one.field.first_bit}-{one.field.last_bit}"
            table.add_row(bits, name, one.digits, _(one.state), translate(one.meaning))
        console.print(table)
    for claim in found.claims:
        when = _("since {time}").format(time=claim.since) if claim.since else ""
        line = f"{claim.prefix:<28} {claim.key:<34} {translate(claim.meaning)}  {when}"
        console.print(line.rstrip(), markup=False)
    for note in found.notes:
        console.print(f"- {translate(note)}", markup=False)


def _usage(console: Console, rows: tuple[Row, ...], lines: tuple[Summary, ...], every: bool) -> None:
    if every:
        table = _table(_("level"), _("plane"), _("used"), _("places"), _("reserve"), _("left"), "HD", _("where"))
        for row in rows:
            numbers = (str(row.used), str(row.slots), str(row.reserve), str(row.left), _ratio(row.hd))
            table.add_row(_(row.level), _(row.plane), *numbers, translate(row.meaning))
    else:
        table = _table(_("level"), _("plane"), _("pools"), _("used"), _("places"), _("reserve"), "HD", _("fullest"))
        for one in lines:
            top = one.fullest
            fullest = f"{top.where.split('/')[-1]} {top.used}/{top.slots}" if top.used else "-"
            numbers = (str(one.pools), str(one.used), str(one.slots), str(one.reserve), _ratio(one.hd))
            table.add_row(_(one.level), _(one.plane), *numbers, fullest)
    console.print(table)
    for row in rows:
        for warning in row.warnings:
            where = f"{_(row.level)} {_(row.plane)} {translate(row.meaning)}"
            console.print(f"! {where}: {translate(warning)}", markup=False)


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _fit(console: Console, fit: Fit) -> None:
    verdict = _("does not fit") if fit.missing else _("fits")
    console.print(f"{fit.prefix} {_('profile {name}').format(name=fit.profile)}: {verdict}", markup=False)
    for note in fit.notes:
        console.print(f"- {translate(note)}", markup=False)


def _effect(console: Console, effect: Effect) -> None:
    for note in effect.notes:
        console.print(f"- {translate(note)}", markup=False)
    for claim in effect.new[:SHOWN]:
        console.print(f"+ {claim.prefix:<28} {claim.key}", markup=False)
    if len(effect.new) > SHOWN:
        console.print(_("and {count} more").format(count=len(effect.new) - SHOWN))


def _line_payload(one: Summary) -> dict[str, object]:
    return {
        "level": one.level,
        "plane": one.plane,
        "pools": one.pools,
        "used": one.used,
        "slots": one.slots,
        "reserve": one.reserve,
        "hd": one.hd,
        "fullest": one.fullest.where,
    }
