"""Facts about the work: steps, checks, the way back, risks and who answers for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from inventory.model import SHARED, Inventory
from inventory.review import Kind
from inventory.vocab import Level
from ipv6.apply.run import Policy
from ipv6.apply.schedule import schedule
from ipv6.change.model import ChangeSet
from ipv6.change.plan import Create, Delete, Keep, record_item
from ipv6.verify.build import shared_subject, site_subjects, zone_subjects
from ipv6.verify.check import discover
from ipv6.verify.subjects import Subject
from jiyue.scheme.model import (
    CheckFact,
    DutyFact,
    GuardFact,
    LimitFact,
    OrderFact,
    RecordFact,
    ReverseFact,
    ReviewFact,
    RiskFact,
    SiteFact,
    StepFact,
)

HOLDERS = {"huawei_vrp": "commit-trial", "h3c_comware": "commit-delay"}
"""Who holds the timer, where it is not the host's own (design decision 4)."""
HOST = "host-timer"


def records(change: ChangeSet) -> tuple[RecordFact, ...]:
    """Every record set with what is done to it."""
    names = {Create: "create", Delete: "delete", Keep: "keep"}
    return tuple(
        RecordFact(
            server=one.server,
            zone=one.zone,
            name=one.name,
            type=one.type,
            ttl=one.ttl,
            before=one.before,
            after=one.after,
            action=names.get(type(record_item(one)), "update"),
            keep=one.keep,
        )
        for one in change.records
    )


def sites(change: ChangeSet) -> tuple[SiteFact, ...]:
    """Every hosted site."""
    return tuple(
        SiteFact(
            name=one["name"], title=one["title"], owner=one["owner"], ipv4=one["address4"], ipv6=one["address6"]
        )
        for one in change.sites
    )  # fmt: skip


def steps(inv: Inventory, platform: str) -> tuple[StepFact, ...]:
    """The whole rollout, so that a reader sees where this change set stands in it."""
    names = {one.name: inv.region_by_code[one.code].name for one in inv.platforms}
    canaries = {wave.name for wave in inv.waves if wave.canary}
    every = (SHARED, *(name for wave in inv.waves for name in wave.platforms))
    return tuple(
        StepFact(
            number=number,
            name=step.name,
            phase=step.phase,
            platforms=step.platforms,
            regions=tuple(names.get(one, one) for one in step.platforms),
            decisive=step.decisive,
            canary=step.name in canaries,
            own=platform in step.platforms,
        )
        for number, step in enumerate(schedule(inv, every), 1)
    )


def order(change: ChangeSet) -> tuple[OrderFact, ...]:
    """Held devices in the order of commit, as approved: what lies behind a device before the device itself."""
    groups = [step.devices for step in change.order if step.devices]
    return tuple(OrderFact(rank=number, devices=devices) for number, devices in enumerate(groups, 1))


def guards(change: ChangeSet) -> tuple[GuardFact, ...]:
    """The safety limits with their numbers."""
    return tuple(GuardFact(id=one.id, where=one.where, text=one.text, state=one.state) for one in change.limits)


def risks(inv: Inventory, change: ChangeSet, moved: int) -> tuple[RiskFact, ...]:
    """The change set's own risks, then what only the documents and the inventory tell."""
    found = [RiskFact(id=one.id, where=one.where, text=one.text, numbers={}) for one in change.risks]
    owner = inv.platform_by_name.get(change.platform)
    systems = owner.systems if owner else ()
    if old := sum(1 for one in systems if 6 not in one.families):
        numbers = {"old": old, "all": len(systems)}
        found.append(RiskFact(id="systems-ipv4-only", where="", text="", numbers=numbers))
    changed = [one for one in change.records if not one.keep]
    if changed:
        numbers = {"records": len(changed), "ttl": max(one.ttl for one in changed)}
        found.append(RiskFact(id="dns-cache", where="", text="", numbers=numbers))
    if by_hand := sum(1 for one in change.records if not one.server):
        found.append(RiskFact(id="records-by-hand", where="", text="", numbers={"records": by_hand}))
    if change.kind == "lab":
        simulated = sum(1 for one in change.devices for part in one.sections if part.driver in HOLDERS)
        found.append(RiskFact(id="lab", where="", text="", numbers={"simulated": simulated}))
    if moved:
        found.append(RiskFact(id="inputs-moved", where="", text="", numbers={"files": moved}))
    return tuple(found)


def checks(inv: Inventory, claims: Mapping[str, str], platform: str) -> tuple[CheckFact, ...]:
    """Every check that says something about this change set, with the probes it will ask for."""
    subjects: tuple[Subject, ...] = (shared_subject(inv, claims),)
    if platform != SHARED:
        subjects = (*site_subjects(inv, claims, [platform]), *zone_subjects(inv, claims, [platform]))
    found = []
    for check in discover():
        mine = [subject for subject in subjects if check.applies(subject)]
        probes = {probe for subject in mine for probe in check.ask(subject)}
        if mine:
            found.append(
                CheckFact(
                    id=check.id,
                    layer=check.layer,
                    owner=check.owner,
                    vantages=check.needs,
                    when="before-names" if check.after == "address" else "after-names",
                    subjects=len(mine),
                    probes=len(probes),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.when != "before-names", one.id)))


def limits(inv: Inventory) -> tuple[LimitFact, ...]:
    """Limits that verdicts use."""
    return tuple(
        LimitFact(id=one.id, value=f"{one.value:g}" if one.value < 1e5 else f"{one.value:.0f}", unit=one.unit,
                  source=one.source, confidence=one.confidence)
        for one in inv.indicators.limits
    )  # fmt: skip


def reverses(change: ChangeSet) -> tuple[ReverseFact, ...]:
    """How every changed object goes back to its base, devices in reverse order of commit."""
    policy = Policy()
    ordered = sorted(change.devices, key=lambda device: -policy.rank(device.role))
    return tuple(
        ReverseFact(
            device=device.device,
            driver=section.driver,
            object=section.object,
            holder=HOLDERS.get(section.driver, HOST),
            deferred=device.deferred,
            base=section.base_hash,
            commands=section.reverse,
        )
        for device in ordered
        for section in reversed(device.sections)
        if not section.keep
    )


def duties(inv: Inventory, change: ChangeSet) -> tuple[DutyFact, ...]:
    """Units from the data: who proposes and operates, who reviews, who runs the province's parts, who owns sites."""
    titles = {unit.id: unit.title for unit in inv.review.units}
    own = inv.platform_by_name.get(change.platform)
    runs = [unit for unit in inv.review.units if change.platform in unit.operates]
    author = own.operator if own else next((unit.title for unit in runs), "")
    found = [DutyFact(part="author", unit=author, items=len(change.devices))]
    rule = inv.review.rule(review_kind(inv, change.platform))
    found += [DutyFact(part="reviewer", unit=titles.get(unit, unit), items=rule.reviewers) for unit in rule.units]
    shared = (unit for unit in inv.review.units if SHARED in unit.operates and change.platform != SHARED)
    found += [DutyFact(part="operator", unit=unit.title, items=len(inv.network.devices)) for unit in shared]
    owners = Counter(site["owner"] for site in change.sites)
    return (*found, *(DutyFact(part="owner", unit=unit, items=count) for unit, count in owners.items()))


def review(inv: Inventory, platform: str) -> ReviewFact:
    """How many people have to say yes, and what holds in an emergency."""
    policy = inv.review
    rule = policy.rule(review_kind(inv, platform))
    return ReviewFact(
        reviewers=rule.reviewers,
        outside=rule.outside,
        valid_days=policy.valid_days,
        emergency_reviewers=policy.emergency.reviewers,
        emergency_hours=policy.emergency.hours,
        emergency_after_days=policy.emergency.after_days,
    )


def review_kind(inv: Inventory, platform: str) -> Kind:
    """Whose change set it is, as the rules of review tell them apart."""
    if platform == SHARED:
        return "shared"
    region = inv.region_by_code[inv.platform_by_name[platform].code]
    return "province" if region.level is Level.PROVINCE else "city"
