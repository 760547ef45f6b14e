"""Chapters on scope and on how things stand."""

from __future__ import annotations

from collections import Counter

from inventory.model import SHARED
from jiyue.i18n import _
from jiyue.scheme import terms
from jiyue.scheme.model import Scheme
from jiyue.scheme.pen import Pen
from jiyue.scheme.topology import topology


def scope(pen: Pen, facts: Scheme) -> None:
    """What is changed, what is not, and on what it rests."""
    held = [one for one in facts.devices if not one.deferred]
    later = [one for one in facts.devices if one.deferred]
    zones = sum(1 for one in facts.addresses if one.kind == "zone")
    pen.section(_("Purpose"))
    if facts.platform == SHARED:
        purpose = _(
            "This scheme brings IPv6 to what the platforms of {title} share, core, name service and operations: "
            "{devices} devices become dual stack. IPv4 stays as it is."
        )
    else:
        purpose = _(
            "This scheme brings IPv6 to {title}: {devices} devices, {sites} websites and {zones} zone networks "
            "become dual stack. IPv4 stays as it is."
        )
    pen.text(purpose.format(title=facts.title, devices=len(facts.devices), sites=len(facts.sites), zones=zones))
    pen.text(
        _(
            "It is derived from one change set, and the digest at the head of every page is the digest of that change "
            "set. An approval binds exactly this digest; what is pushed to the devices is its stored text, word for "
            "word, and nothing is planned again."
        )
    )
    if facts.moved:
        pen.note(
            _(
                "{count} input files have changed since the change set was made ({files}). What is told here from the "
                "inventory may be newer than the change set: propose again before it is reviewed."
            ).format(count=len(facts.moved), files=terms.many(facts.moved[:5]))
        )
    if facts.nothing:
        reasons = "; ".join(terms.told(reason) for reason in facts.nothing)
        pen.note(_("Nothing is to be done: {reasons}").format(reasons=reasons))
    pen.section(_("What is changed"))
    pen.text(
        _(
            "{held} devices are changed in this environment and {later} are planned and rendered but deferred. "
            "Of the objects and record sets, {create} are added, {update} changed, {delete} removed and {keep} kept."
        ).format(held=len(held), later=len(later), create=facts.create, update=facts.update, delete=facts.delete,
                 keep=facts.keep)
    )  # fmt: skip
    head = (_("Device"), _("Role"), _("Region"), _("Driver"), _("Lines added"), _("Lines removed"), _("When"))
    pen.table(
        "devices",
        _("Devices of this scheme"),
        head,
        (
            (one.name, terms.role(one.role), one.region, " ".join(one.drivers), str(one.added), str(one.removed),
             _("deferred") if one.deferred else _("now"))
            for one in (*held, *later)
        ),
    )  # fmt: skip
    pen.figure("topology", _("Network of this scheme"), topology(facts), _topology_text(facts))
    pen.section(_("Basis"))
    pen.text(_("Addressing follows {sources}.").format(sources=facts.policy_source))
    pen.text(
        _(
            "Zones and boundaries follow GB/T 22239-2019, level 3. The layout of this document follows GB/T 9704-2012 "
            "and the names of address fields GB/T 46285-2025."
        )
    )
    pen.chapter("scope", _("Scope"))


def _topology_text(facts: Scheme) -> str:
    counts = Counter(one.role for one in facts.devices)
    parts = (f"{terms.role(role)} × {count}" for role, count in counts.items())
    return terms.listing().join(parts)


def present(pen: Pen, facts: Scheme) -> None:
    """How things stand before the change, read from the devices."""
    pen.section(_("Devices"))
    six = sum(1 for one in facts.devices if one.has_ipv6)
    pen.text(
        _("{six} of {all} devices name an IPv6 address today; all of them carry IPv4.").format(
            six=six, all=len(facts.devices)
        )
    )
    rows = []
    for role in dict.fromkeys(one.role for one in facts.devices):
        mine = [one for one in facts.devices if one.role == role]
        speaking = sum(1 for one in mine if one.has_ipv6)
        later = sum(1 for one in mine if one.deferred)
        rows.append((terms.role(role), str(len(mine)), str(speaking), str(later)))
    head = (_("Role"), _("Devices"), _("with IPv6 today"), _("Deferred"))
    pen.table("present-devices", _("Devices by role"), head, rows)
    if facts.sites:
        pen.section(_("Websites"))
        names = {one.name.rstrip(".") for one in facts.records if one.type == "AAAA" and one.before}
        published = sum(1 for one in facts.sites if one.name in names)
        pen.text(_("{six} of {all} websites have an AAAA record today.").format(six=published, all=len(facts.sites)))
    if facts.systems:
        pen.section(_("Information systems"))
        old = sum(1 for one in facts.systems if 6 not in one.families)
        pen.text(
            _(
                "{old} of {all} information systems answer over IPv4 alone. Their zone networks get IPv6 by this "
                "scheme; that the systems answer is their owners' task."
            ).format(old=old, all=len(facts.systems))
        )
        pen.table(
            "systems",
            _("Information systems on the extranet"),
            (_("System"), _("Owner"), _("Zone"), _("In service since"), _("Families")),
            (
                (one.name, one.owner, one.zone, one.commissioned, "/".join(f"v{family}" for family in one.families))
                for one in facts.systems
            ),
        )
        if missing := [one.name for one in facts.systems if one.new and 6 not in one.families]:
            pen.note(
                _("In service after the notice and still without IPv6: {systems}.").format(
                    systems=terms.many(tuple(missing))
                )
            )
    pen.chapter("present", _("Current state"))
