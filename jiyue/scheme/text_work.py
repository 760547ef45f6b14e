"""Chapters on the schedule, the tests and the way back."""

from __future__ import annotations

from jiyue.i18n import _
from jiyue.scheme import terms
from jiyue.scheme.checks import criterion, limit_name, limit_source, limit_unit
from jiyue.scheme.model import Scheme
from jiyue.scheme.pen import Pen


def schedule(pen: Pen, facts: Scheme) -> None:
    """Where this change set stands in the rollout and how one step goes."""
    pen.section(_("Waves"))
    pen.text(
        _(
            "What the platforms share goes first, then the waves in this order. A failure in a step that the "
            "others stand on, or in the canary, stops everything after it; elsewhere a platform that fails is taken "
            "back alone."
        )
    )
    head = (_("Step"), _("Wave"), _("What"), _("Platforms"), _("This scheme"))
    pen.table(
        "steps",
        _("Steps of the rollout"),
        head,
        (
            (str(one.number), terms.wave(one.name) + ("*" if one.canary else ""), terms.phase(one.phase),
             terms.many(one.regions, terms.wave), _("here") if one.own else "")
            for one in facts.steps
        ),
    )  # fmt: skip
    if any(one.canary for one in facts.steps):
        pen.text(_("* canary: nothing after it starts before it has passed."))
    pen.section(_("One step"))
    pen.text(
        _(
            "IPv4 is measured first. Then the devices are committed in the order below, what lies behind a device "
            "before the device itself, each with a timer of its own. IPv6 is proven by address, IPv4 is compared with "
            "the measurement, and only then the changes are confirmed through the changed path. Names are published "
            "last, proven by name and confirmed."
        )
    )
    pen.table(
        "order",
        _("Order of the devices"),
        (_("Rank"), _("Devices")),
        ((str(one.rank), terms.many(one.devices)) for one in facts.order),
    )
    if facts.guards:
        pen.section(_("Safety limits"))
    pen.table(
        "guards",
        _("Safety limits of this change set"),
        (_("Limit"), _("Where"), _("Numbers"), _("State")),
        ((terms.guard(one.id), one.where, terms.told(one.text), terms.state(one.state)) for one in facts.guards),
    )
    pen.chapter("schedule", _("Schedule by wave"))


def tests(pen: Pen, facts: Scheme) -> None:
    """The checks that will judge, with the number of probes, and the limits they use."""
    subjects = sum(one.probes for one in facts.checks)
    pen.section(_("How it is judged"))
    pen.text(
        _(
            "{checks} checks with {probes} probes judge the change, from IPv6-only, IPv4-only and dual-stack places. A "
            "verdict is pass, fail or not measured; what was not measured is never green, and a round without any "
            "check is an error."
        ).format(checks=len(facts.checks), probes=subjects)
    )
    head = (_("Check"), _("Passes when"), _("From"), _("Made green by"), _("Subjects"), _("Probes"))
    captions = {"before-names": _("Checks by address, before names are published"),
                "after-names": _("Checks by name, after names are published")}  # fmt: skip
    for when, caption in captions.items():
        pen.table(
            "checks",
            caption,
            head,
            (
                (one.id, criterion(one.id), terms.many(one.vantages, terms.vantage), terms.party(one.owner),
                 str(one.subjects), str(one.probes))
                for one in facts.checks
                if one.when == when
            ),
        )  # fmt: skip
    pen.section(_("Limits"))
    pen.table(
        "limits",
        _("Limits that verdicts use"),
        (_("Limit"), _("Value"), _("Unit of measure"), _("Comes from")),
        (
            (limit_name(one.id), one.value, limit_unit(one.unit), limit_source(one.id, one.source))
            for one in facts.limits
        ),
    )
    pen.chapter("tests", _("Test plan"))


def rollback(pen: Pen, facts: Scheme) -> None:
    """Who holds the timer, and what every object goes back to."""
    held = [one for one in facts.reverses if not one.deferred]
    later = len(facts.reverses) - len(held)
    pen.section(_("The device holds the rollback"))
    pen.text(
        _(
            "Before the first command runs, the way back lies on the device with a timer of {timer} seconds. Silence "
            "rolls back: when no confirmation arrives through the changed path, the device returns by itself, without "
            "the controller. A run that is resumed builds on a pending change only with {resume} seconds left."
        ).format(timer=facts.timer, resume=facts.resume)
    )
    for holder in dict.fromkeys(one.holder for one in facts.reverses):
        pen.text(_holder(holder))
    pen.text(
        _(
            "The rollback is part of this change set and approved with it: going back needs no new approval. IPv4 is "
            "compared after a rollback as after a change."
        )
    )
    pen.section(_("Way back of every object"))
    if later:
        pen.text(_("{later} objects of deferred devices are left out here.").format(later=later))
    pen.table(
        "reverses",
        _("Objects in the order of going back"),
        (_("Device"), _("Object"), _("Lines"), _("Returns to (SHA-256)")),
        (
            (one.device, f"{one.driver} {one.object}", str(len(one.commands.splitlines())), one.base[:24])
            for one in held
        ),
    )
    pen.chapter("rollback", _("Rollback"))


def _holder(code: str) -> str:
    words = {
        "host-timer": _(
            "Linux, nftables, nginx, Knot and FRR: two timers on the host's monotonic clock; a change found "
            "unconfirmed at boot is restored."
        ),
        "commit-trial": _("Huawei VRP8 in two-phase mode: commit trial, 60 to 65535 seconds."),
        "commit-delay": _("H3C Comware: configuration commit delay, armed before the first command, in minutes."),
    }
    return words.get(code, code)


def annex(pen: Pen, facts: Scheme) -> None:
    """The reverse commands of the devices that are changed now, word for word."""
    held = [one for one in facts.reverses if not one.deferred]
    pen.text(
        _(
            "The commands below take each object back; they are the approved text. Those of deferred devices and every "
            "address stand in the annex workbook and in the JSON of this scheme."
        )
    )
    for one in held:
        pen.listing(f"{one.device}  {one.driver} {one.object}", one.commands)
    pen.annex("annex", _("Annex: reverse commands"))
