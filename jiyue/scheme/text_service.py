"""Chapters on names and websites."""

from __future__ import annotations

from ipaddress import ip_address

from jiyue.i18n import _
from jiyue.scheme import terms
from jiyue.scheme.model import Scheme
from jiyue.scheme.pen import Pen

REVERSE = {".in-addr.arpa.": (".", 1, 4), ".ip6.arpa.": (":", 4, 32)}
"""Ends of reverse names: what stands between the parts of an address, labels in a part, labels in all."""


def names(pen: Pen, facts: Scheme) -> None:
    """Which record sets change, and when."""
    changed = [one for one in facts.records if one.action != "keep"]
    kept = len(facts.records) - len(changed)
    by_hand = [one for one in facts.records if not one.server]
    pen.section(_("Order"))
    pen.text(
        _(
            "AAAA comes last: after the path, the filters and the websites have answered over IPv6 by address. It is "
            "withdrawn by rule when a later check fails, before anything else is rolled back."
        )
    )
    pen.text(
        _("{changed} record sets change, {kept} stay as they are.").format(changed=len(changed), kept=kept)
        if facts.records
        else _("No record set belongs to this change set.")
    )
    if by_hand:
        pen.note(
            _("{count} record sets have to be entered by the registrar: {names}.").format(
                count=len(by_hand), names=terms.many(tuple(f"{one.name} {one.type}" for one in by_hand[:6]))
            )
        )
    if changed:
        pen.section(_("Records"))
    pen.table(
        "records",
        _("Record sets that change"),
        (_("Name"), _("Type"), "TTL", _("Before"), _("After"), _("Action")),
        (
            (shown(one.name), one.type, str(one.ttl), ", ".join(one.before) or "—", ", ".join(one.after) or "—",
             terms.action(one.action))
            for one in changed
        ),
    )  # fmt: skip
    pen.chapter("dns", _("Name service"))


def shown(name: str) -> str:
    """A reverse name as the address it stands for, which people read; the annex has the name itself."""
    for end, (mark, size, whole) in REVERSE.items():
        if name.endswith(end):
            letters = name.removesuffix(end).split(".")[::-1]
            if len(letters) != whole:
                continue
            parts = ["".join(letters[at : at + size]) for at in range(0, len(letters), size)]
            return str(ip_address(mark.join(parts)))
    return name


def sites(pen: Pen, facts: Scheme) -> None:
    """Every website with both addresses and its owner."""
    pen.section(_("Websites in both families"))
    if facts.sites:
        pen.text(
            _(
                "Each website listens on both addresses with the same name, certificate and content; requests over "
                "IPv4 and IPv6 reach the same server."
            )
        )
    else:
        pen.text(_("No website belongs to this change set."))
    pen.table(
        "sites",
        _("Websites"),
        (_("Domain name"), _("Title"), "IPv4", "IPv6"),
        ((one.name, one.title, one.ipv4, one.ipv6 or "—") for one in facts.sites),
    )
    if facts.sites:
        pen.section(_("Before the change"))
        pen.text(
            _(
                "No website is applied without a passed and unexpired safety assessment; the gate of apply asks for it "
                "and no flag skips it."
            )
        )
    pen.chapter("sites", _("Websites"))
