"""Turns facts into the document: words in the language in force, chapters in the order of an official scheme."""

from __future__ import annotations

from jiyue.i18n import _, language
from jiyue.scheme import terms, text_network, text_risk, text_scope, text_service, text_work
from jiyue.scheme.blocks import Document, Table
from jiyue.scheme.model import Scheme
from jiyue.scheme.pen import Pen

WRITERS = (
    text_scope.scope,
    text_scope.present,
    text_network.addresses,
    text_network.routing,
    text_network.security,
    text_service.names,
    text_service.sites,
    text_work.schedule,
    text_work.tests,
    text_work.rollback,
    text_risk.risks,
    text_risk.duties,
    text_work.annex,
)


def document(facts: Scheme) -> Document:
    """The document of one scheme in the language in force (`jiyue.i18n`)."""
    pen = Pen()
    for write in WRITERS:
        write(pen, facts)
    mark = _("lab: documentation prefixes, nothing here is a real address") if facts.kind == "lab" else ""
    return Document(
        language=language(),
        title=_title(facts),
        digest=facts.digest,
        digest_label=_("Digest (SHA-256)"),
        mark=mark,
        cover=_cover(facts),
        chapters=tuple(pen.chapters),
        annex=_annex(facts),
    )


def _title(facts: Scheme) -> str:
    if facts.platform == "shared":
        return _("IPv6 scheme for what the platforms of {title} share").format(title=facts.title)
    return _("IPv6 scheme for {title}").format(title=facts.title)


def _cover(facts: Scheme) -> tuple[tuple[str, str], ...]:
    units = {
        part: terms.many(tuple(one.unit for one in facts.duties if one.part == part)) for part in ("author", "reviewer")
    }
    rows = (
        (_("Change set"), f"{facts.platform} {facts.digest[:12]}"),
        (_("Proposing unit"), units["author"]),
        (_("Author"), facts.author),
        (_("Reviewing unit"), units["reviewer"]),
        (_("Environment"), f"{facts.environment} {facts.environment_title}"),
        (_("Proposed on"), terms.day(facts.created)),
        (_("Digest (SHA-256)"), facts.digest),
    )
    return tuple((label, value) for label, value in rows if value)


def _annex(facts: Scheme) -> tuple[Table, ...]:
    """Tables of the workbook: nothing left out, deferred things included."""
    return (
        Table("annex-summary", _("Summary"), (_("Item"), _("Value")), ((_("Title"), _title(facts)), *_cover(facts))),
        Table(
            "annex-addresses",
            _("Addresses"),
            (_("Kind"), _("Name"), "IPv4", "IPv6", _("When")),
            tuple(
                (terms.kind(one.kind), one.name, one.ipv4, one.ipv6, terms.told(one.deferred) or _("now"))
                for one in facts.addresses
            ),
        ),
        Table("annex-claims", _("Ledger"), (_("Identity"), _("Prefix")), facts.claims),
        Table(
            "annex-rules",
            _("Zone rules"),
            (_("Source"), _("Target"), _("Service"), _("IPv4 source"), _("IPv4 target"), _("IPv6 source"),
             _("IPv6 target"), _("State"), _("Reason")),
            tuple(
                (one.source, one.target, one.service, one.source4, one.target4, one.source6, one.target6,
                 terms.state(one.state), one.reason)
                for one in facts.twins
            ),
        ),
        Table(
            "annex-records",
            _("Records"),
            (_("Server"), _("Zone"), _("Name"), _("Type"), "TTL", _("Before"), _("After"), _("Action"), _("Reason")),
            tuple(
                (one.server or _("registrar"), one.zone, one.name, one.type, str(one.ttl), ", ".join(one.before),
                 ", ".join(one.after), terms.action(one.action), terms.told(one.keep))
                for one in facts.records
            ),
        ),
    )  # fmt: skip
