"""Chapters on addresses, routing and security parity."""

from __future__ import annotations

from jiyue.i18n import _, language
from jiyue.scheme import terms
from jiyue.scheme.bits import bits
from jiyue.scheme.facts import ExampleFact
from jiyue.scheme.model import Scheme
from jiyue.scheme.pen import Pen


def addresses(pen: Pen, facts: Scheme) -> None:
    """Blocks, fields, codes, who has which address, and what is left."""
    pen.section(_("Received blocks"))
    pen.text(
        _(
            "Every plane of the extranet is cut from a received block. A prefix once given is never given twice and "
            "never changed; it stands in an append-only ledger."
        )
    )
    head = (_("Plane"), _("Received block"), _("Prefix of the plane"), _("Prefix of this region"), _("Received from"))
    pen.table(
        "blocks",
        _("Received blocks and planes"),
        head,
        ((terms.plane(one.plane), one.received, one.prefix, one.region or "—", one.source) for one in facts.blocks),
    )
    _fields(pen, facts)
    pen.section(_("Code tables"))
    columns = (_("Digits"), _("Meaning"), _("Prefix"))
    captions = {"plane": _("Planes"), "region": _("Region codes (GB/T 2260)"), "use": _("Use of the subnet space")}
    for name, caption in captions.items():
        mine = (one for one in facts.codes if one.table == name)
        pen.table("codes", caption, columns, ((one.code, terms.use(one.meaning), one.prefix) for one in mine))
    pen.section(_("Assignments"))
    pen.text(
        _(
            "A zone network is a /64, a point-to-point link a /127 inside a /64 of its own (RFC 6164), a loopback and "
            "a website a /128; a website is an address in the access area, never a prefix. Addresses of deferred "
            "devices stand in the annex workbook."
        )
    )
    held = [one for one in facts.addresses if not one.deferred]
    pen.table(
        "addresses",
        _("Addresses in both families"),
        (_("Kind"), _("Name"), "IPv4", "IPv6"),
        ((terms.kind(one.kind), one.name, one.ipv4 or "—", one.ipv6 or "—") for one in held),
    )
    pen.table(
        "organisations",
        _("Prefixes of connected units"),
        (_("Region"), _("Plane"), _("Connected unit"), _("Prefix")),
        ((one.region, terms.plane(one.plane), one.name, one.prefix) for one in facts.organisations),
    )
    pen.section(_("Reserve"))
    pen.text(_("What is not taken stays free for growth; nothing is renumbered to make room."))
    parts = (_("Prefix"), _("For"), _("/64 taken"), _("/64 available"))
    pen.table(
        "usage",
        _("Use of the prefixes"),
        parts,
        ((one.prefix, terms.use(one.owner), str(one.used), f"{one.capacity:,}") for one in facts.usage),
    )
    pen.chapter("addresses", _("Address plan"))


def _fields(pen: Pen, facts: Scheme) -> None:
    if not facts.examples:
        return
    pen.section(_("Fields of an address"))
    pen.text(
        _(
            "An address is read from left to right in the identifiers of GB/T 46285-2025: address type, region, subnet "
            "space, interface. The profile in force is {profile}."
        ).format(profile=facts.profile)
    )
    pen.figure("bits", _("Fields of an address, in bits"), bits(facts), _("the tables below say the same in words"))
    zh = language() == "zh"
    first = facts.examples[0]
    pen.table(
        "fields",
        _("Fields after GB/T 46285-2025"),
        (_("Field"), _("Bits"), _("Width"), _("Meaning")),
        (
            (one.name_zh if zh else one.name_en, f"{one.first}–{one.last}", str(one.last - one.first + 1),
             terms.told(one.meaning))
            for one in first.fields
        ),
    )  # fmt: skip
    for example in facts.examples:
        _example(pen, example, zh)


def _example(pen: Pen, example: ExampleFact, zh: bool) -> None:
    pen.table(
        "example",
        _("{address} ({owner}) field by field").format(address=example.address, owner=example.owner),
        (_("Field"), _("Bits"), _("Digits"), _("Value")),
        (
            (one.name_zh if zh else one.name_en, f"{one.first}–{one.last}", one.digits, terms.use(one.value) or "—")
            for one in example.fields
        ),
    )


def routing(pen: Pen, facts: Scheme) -> None:
    """What the routers do over IPv6, and that IPv4 stays."""
    kept, lost = sum(one.kept4 for one in facts.routers), sum(one.lost4 for one in facts.routers)
    pen.section(_("Design"))
    if facts.routers:
        names = tuple(dict.fromkeys(name for one in facts.routers for name in one.protocols))
        pen.text(
            _(
                "IPv6 routing runs beside IPv4 as processes and families of its own ({protocols}). Read from the "
                "rendered texts of {count} routers: {kept} IPv4 lines stay as they are, {lost} are removed."
            ).format(protocols=terms.many(names), count=len(facts.routers), kept=kept, lost=lost)
        )
        head = (_("Router"), _("Interfaces"), _("Protocols"), _("Neighbours"), _("Prefixes announced"),
                _("Static routes"))  # fmt: skip
        pen.table(
            "routers",
            _("IPv6 routing by router"),
            head,
            (
                (one.device, str(one.interfaces), terms.many(one.protocols) or "—", str(len(one.neighbours)),
                 str(len(one.announced)), str(one.statics))
                for one in facts.routers
            ),
        )  # fmt: skip
    else:
        pen.text(_("No router belongs to this change set."))
    pen.table(
        "announced",
        _("Prefixes announced over IPv6"),
        (_("Router"), _("Prefix")),
        ((one.device, prefix) for one in facts.routers for prefix in one.announced),
    )
    pen.chapter("routing", _("Routing"))


def security(pen: Pen, facts: Scheme) -> None:
    """One matrix, both families, everything else denied."""
    pen.section(_("Principle"))
    pen.text(
        _(
            "Filters of both families are generated from one zone matrix; what it does not list is denied in both. "
            "A rule that has no twin in the other family is an error of this scheme."
        )
    )
    alone = [one for one in facts.twins if one.state != "twin"]
    if not facts.twins:
        pen.text(_("This change set holds no zone firewall; the platforms' own schemes do."))
    elif alone:
        pen.note(_("{alone} of {all} rules lack their twin.").format(alone=len(alone), all=len(facts.twins)))
    else:
        pen.text(
            _(
                "All {all} allowed flows exist in both families. {forbidden} forbidden flows are tried over IPv4 and "
                "over IPv6 after the change and must fail."
            ).format(all=len(facts.twins), forbidden=facts.forbidden)
        )
    pen.table(
        "filters",
        _("Permitting rules by family, counted in the rendered filters"),
        (_("Device"), _("IPv4 before"), _("IPv6 before"), _("IPv4 after"), _("IPv6 after")),
        (
            (one.device, str(one.before4), str(one.before6), str(one.after4), str(one.after6))
            for one in facts.filters
        ),
    )  # fmt: skip
    if more := max((one.after6 - one.after4 for one in facts.filters), default=0):
        pen.text(
            _(
                "IPv6 has {more} permitting rules more than IPv4: control messages that IPv6 cannot do without, "
                "neighbour discovery among them (RFC 4890)."
            ).format(more=more)
        )
    if facts.twins:
        pen.section(_("Zone rules"))
        pen.table(
            "rules",
            _("Allowed flows (everything else is denied)"),
            (_("Source"), _("Target"), _("Service"), _("Reason"), _("State")),
            (
                (terms.end(one.source), terms.end(one.target), one.service, one.reason, terms.state(one.state))
                for one in facts.twins
            ),
        )
        pen.section(_("Twins"))
        pen.table(
            "twins",
            _("Twins: the same flow in each family"),
            (_("Flow"), _("Service"), "IPv4", "IPv6"),
            (
                (f"{terms.end(one.source)} → {terms.end(one.target)}", one.service,
                 f"{one.source4} → {one.target4}", f"{one.source6} → {one.target6}")
                for one in facts.twins
            ),
        )  # fmt: skip
    pen.chapter("security", _("Security parity"))
