"""Chapters on risks and responsibilities."""

from __future__ import annotations

from jiyue.i18n import _
from jiyue.scheme import terms
from jiyue.scheme.model import DutyFact, RiskFact, Scheme
from jiyue.scheme.pen import Pen


def risks(pen: Pen, facts: Scheme) -> None:
    """Every risk with its numbers and what is done about it."""
    pen.section(_("Risks and measures"))
    pen.text(_("The numbers are counted in the change set, not estimated."))
    pen.table(
        "risks",
        _("Risks"),
        (_("Risk"), _("Numbers"), _("Measure")),
        ((_name(one.id), _numbers(one), _measure(one.id)) for one in facts.risks),
    )
    pen.chapter("risks", _("Risks"))


def _name(id: str) -> str:
    words = {
        "ipv4-removed": _("IPv4 lines are removed"),
        "adjacency": _("Routing converges again"),
        "name-service": _("Name servers are restarted"),
        "records": _("Names become visible"),
        "deferred": _("Deferred devices"),
        "systems-ipv4-only": _("Systems without IPv6"),
        "dns-cache": _("Cached answers"),
        "records-by-hand": _("Records entered by hand"),
        "lab": _("Result from a lab"),
        "inputs-moved": _("Inputs have changed"),
    }
    return words.get(id, id)


def _numbers(risk: RiskFact) -> str:
    if risk.text:
        return f"{risk.where}: {terms.told(risk.text)}" if risk.where else terms.told(risk.text)
    words = {
        "systems-ipv4-only": _("{old} of {all} information systems answer over IPv4 alone"),
        "dns-cache": _("{records} record sets are kept by resolvers for up to {ttl} seconds after they are withdrawn"),
        "records-by-hand": _("{records} record sets wait for the registrar"),
        "lab": _("documentation addresses; {simulated} objects belong to simulated devices"),
        "inputs-moved": _("{files} input files have changed since"),
    }
    said = words.get(risk.id, risk.id)
    for name, value in risk.numbers.items():
        said = said.replace(f"{{{name}}}", str(value))
    return said


def _measure(id: str) -> str:
    words = {
        "ipv4-removed": _("read each line in the proposal's diff; the comparison of IPv4 rolls back a loss"),
        "adjacency": _("IPv6 processes only; IPv4 neighbours are compared before and after"),
        "name-service": _("primary and secondary are never changed in the same second; the other one answers"),
        "records": _("published last, withdrawn by rule when a check fails"),
        "deferred": _("a change set of their own once their environment holds them"),
        "systems-ipv4-only": _("owners plan full IPv6; new systems are refused without it"),
        "dns-cache": _("a short TTL stays until the platform is accepted"),
        "records-by-hand": _("hand the list over before the wave and check before publishing"),
        "lab": _("a field environment refuses documentation addresses at the gate"),
        "inputs-moved": _("propose again before the review"),
    }
    return words.get(id, "—")


def duties(pen: Pen, facts: Scheme) -> None:
    """Who proposes, who reviews, who runs it, who owns the sites."""
    pen.section(_("Units"))
    pen.text(
        _(
            "No one approves the own work. Where a reviewing unit also operates what is changed, people from outside "
            "it decide as well."
        )
    )
    rows = [(_part(one), one.unit, _task(one)) for one in facts.duties]
    pen.table("duties", _("Responsibilities"), (_("Part"), _("Unit"), _("Answers for")), rows)
    pen.section(_("Review"))
    pen.text(
        _(
            "{reviewers} different people of the reviewing units have to say yes, {outside} of them from outside the "
            "unit that operates what is changed. An approval holds {days} days and is void the moment an object of "
            "this change set moves."
        ).format(reviewers=facts.review.reviewers, outside=facts.review.outside, days=facts.review.valid_days)
    )
    pen.text(
        _(
            "In an emergency {reviewers} people approve for {hours} hours, and the review is made up for within {days} "
            "days."
        ).format(
            reviewers=facts.review.emergency_reviewers,
            hours=facts.review.emergency_hours,
            days=facts.review.emergency_after_days,
        )
    )
    pen.section(_("Signatures"))
    pen.text(
        _(
            "The signature that counts is the reviewer's electronic one over the digest; names written below are for "
            "the files."
        )
    )
    head = (_("Written by"), _("Checked by"), _("Reviewed by"), _("Approved by"))
    pen.table("sign", _("Signatures"), head, ((facts.author, "", "", ""),))
    pen.chapter("duties", _("Responsibilities"))


def _part(duty: DutyFact) -> str:
    words = {
        "author": _("proposing unit"),
        "operator": _("unit that runs the shared part"),
        "reviewer": _("reviewing unit"),
        "owner": _("site owner"),
    }
    return words.get(duty.part, duty.part)


def _task(duty: DutyFact) -> str:
    words = {
        "author": _("proposes, applies and rolls back {items} devices; measures before and after"),
        "operator": _("the shared part: {items} devices of core and name service"),
        "reviewer": _("reads, approves or sends back this digest; nothing is applied without it"),
        "owner": _("content, certificate and assessment of {items} websites"),
    }
    return words.get(duty.part, duty.part).replace("{items}", str(duty.items))
