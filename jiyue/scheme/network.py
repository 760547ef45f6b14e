"""Facts about devices, routing and filters, read from the approved texts."""

from __future__ import annotations

from inventory.model import Inventory
from inventory.rules.new_system_families import NOTICE_DAY
from inventory.vocab import Role
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.change.view import counts
from ipv6.change.view import rules as view_rules
from ipv6.zones.matrix import denied_pairs, flows_for
from jiyue.scheme import reading
from jiyue.scheme.facts import DeviceFact, FilterFact, RouterFact, TwinFact
from jiyue.scheme.model import SystemFact

FILTERS = ("nftables", "huawei_vrp", "h3c_comware")
"""Drivers whose objects hold packet filters."""
ROUTERS = (Role.CORE.value, Role.PE.value, Role.COUNTY_PE.value)
"""Roles that route."""
NONE = "-"
"""How a rule says that it means no prefix of a family."""


def devices(change: ChangeSet) -> tuple[DeviceFact, ...]:
    """Every device of the change set, in its order."""
    found = []
    for device in change.devices:
        lines = [counts(section) for section in device.sections]
        found.append(
            DeviceFact(
                name=device.device,
                role=device.role,
                region=device.region,
                drivers=tuple(dict.fromkeys(section.driver for section in device.sections)),
                deferred=device.deferred,
                objects=len(device.sections),
                changed=sum(1 for section in device.sections if not section.keep),
                added=sum(added for added, _ in lines),
                removed=sum(removed for _, removed in lines),
                has_ipv6=reading.speaks_six(device),
            )
        )
    return tuple(found)


def systems(inv: Inventory, platform: str) -> tuple[SystemFact, ...]:
    """The platform's information systems; `new` after the day of the notice."""
    owner = inv.platform_by_name.get(platform)
    return tuple(
        SystemFact(
            name=one.name,
            owner=one.owner,
            zone=one.zone,
            commissioned=one.commissioned.isoformat(),
            families=tuple(one.families),
            new=one.commissioned > NOTICE_DAY,
        )
        for one in (owner.systems if owner else ())
    )


def routers(change: ChangeSet) -> tuple[RouterFact, ...]:
    """What each router will run over IPv6, by its intended text."""
    return tuple(_router(device) for device in change.devices if device.role in ROUTERS)


def _router(device: DeviceChange) -> RouterFact:
    text = "\n".join(section.intended for section in device.sections)
    kept, lost = reading.lines4(device.sections)
    return RouterFact(
        device=device.device,
        deferred=device.deferred,
        interfaces=reading.interfaces(text),
        protocols=reading.protocols(text),
        neighbours=reading.neighbours(text),
        announced=reading.announced(text),
        statics=reading.statics(text),
        kept4=kept,
        lost4=lost,
    )


def twins(inv: Inventory, change: ChangeSet) -> tuple[TwinFact, ...]:
    """Every allowed flow with its prefixes in both families, as the change set hands them to the filters."""
    reasons = {
        (flow.source, flow.target, flow.protocol): flow.reason for flow in flows_for(inv.matrix, change.platform)
    }
    found = []
    for rule in view_rules(change):
        four = NONE not in (rule.source4, rule.target4)
        six = NONE not in (rule.source6, rule.target6)
        found.append(
            TwinFact(
                source=rule.source,
                target=rule.target,
                service=rule.service,
                reason=reasons.get((rule.source, rule.target, rule.service.split(" ")[0]), ""),
                source4=rule.source4,
                target4=rule.target4,
                source6=rule.source6,
                target6=rule.target6,
                state="twin" if four and six else "ipv4-only" if four else "ipv6-only" if six else "none",
            )
        )
    return tuple(found)


def forbidden(inv: Inventory, platform: str) -> int:
    """How many forbidden flows the live probes will try, in each family."""
    return len(denied_pairs(inv.matrix, platform)) if platform in inv.platform_by_name else 0


def filters(change: ChangeSet) -> tuple[FilterFact, ...]:
    """Rules that let something through, by family, before and after."""
    found = []
    for device in change.devices:
        for section in device.sections:
            before, after = reading.permits(section.base), reading.permits(section.intended)
            if section.driver in FILTERS and (any(before) or any(after)):
                found.append(
                    FilterFact(
                        device=device.device,
                        driver=section.driver,
                        object=section.object,
                        before4=before[0],
                        before6=before[1],
                        after4=after[0],
                        after6=after[1],
                        deferred=device.deferred,
                    )
                )
    return tuple(found)
