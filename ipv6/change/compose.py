"""Puts a change set together from the inventory, the ledger and what runs; pure, so doing it again can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from inventory.errors import EnvironmentFailed
from inventory.model import Device, Inventory
from inventory.vocab import Role
from ipv6.change.addresses import pairs
from ipv6.change.encoding import plain
from ipv6.change.limits import limits, risks
from ipv6.change.model import ChangeSet, Claim, DeviceChange, RecordChange, Section
from ipv6.change.order import steps, wave_of
from ipv6.change.records import BY_HAND, SERVED, RecordKey, RecordState, change_of, key_of, removals
from ipv6.change.records import limits as record_limits
from ipv6.change.scope import Scope, check_platform, inputs_of
from ipv6.drivers.registry import demand, driver, section
from ipv6.plan.build import intents
from ipv6.plan.intent import DeviceIntent, RRset
from ipv6.plan.lookup import Lookup
from ipv6.plan.records import owner_of, records
from ipv6.plan.reverse import own_zones
from ipv6.plan.stack import stack_values

SectionKey = tuple[str, str, str]
"""Device, driver, object."""
__all__ = ["BY_HAND", "SERVED", "Prepared", "RecordKey", "RecordState", "compose", "prepare"]

NOT_HELD = "not in this environment"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What every change set of one plan is made from: intents with and without IPv6, and all records."""

    claims: tuple[Claim, ...]
    by_key: Mapping[str, str]
    before: Mapping[str, DeviceIntent]
    after: Mapping[str, DeviceIntent]
    records: tuple[RRset, ...]
    scope: Scope


def prepare(inv: Inventory, claims: Sequence[Claim]) -> Prepared:
    """Do the work that all platforms share once; Problems when a device is asked for what its drivers cannot do."""
    by_key = {claim.key: claim.prefix for claim in claims}
    wanted = tuple(records(inv, by_key))
    after = intents(inv, by_key)
    demand(after.values())
    return Prepared(tuple(claims), by_key, intents(inv, None), after, wanted, Scope(inv))


def compose(
    inv: Inventory,
    claims: Sequence[Claim],
    observed: Mapping[SectionKey, str],
    records_before: Mapping[RecordKey, RecordState],
    platform: str,
    inputs: Mapping[str, str],
    prepared: Prepared | None = None,
    former: Sequence[RecordChange] = (),
) -> ChangeSet:
    """The change set of one platform (or `shared`).

    `observed` holds the running text of every object of every held device; EnvironmentFailed when one is missing.
    `records_before` holds the record sets that are served now; a missing one counts as absent. `former` are those of
    the change set that runs: what the plan no longer names of them goes away.
    """
    check_platform(inv, platform)
    ready = prepared or prepare(inv, claims)
    owned = [device for name, device in inv.devices.items() if inv.platform_of_device[name] == platform]
    devices = tuple(_device(inv, device, ready, observed) for device in sorted(owned, key=lambda device: device.name))
    own_records = _records(inv, platform_records(inv, ready, platform), former, records_before)
    stack = plain(stack_values(inv, ready.by_key, platform)) if platform in inv.platform_by_name else {}
    changed = sum(not record.keep for record in own_records)
    return ChangeSet(
        platform=platform,
        environment=inv.environment.name,
        claims=ready.scope.claims(ready.claims, platform),
        devices=devices,
        records=own_records,
        sites=_sites(inv, ready, platform),
        stack=stack,
        inputs=inputs_of(inputs, platform),
        kind=inv.environment.kind,
        addresses=pairs(inv, ready.by_key, platform, NOT_HELD),
        order=steps(wave_of(inv, platform), devices, changed),
        limits=(*limits(inv, devices), *record_limits(inv.limits, own_records)),
        risks=risks(devices, changed),
    )


def platform_records(inv: Inventory, ready: Prepared, platform: str) -> tuple[RRset, ...]:
    """The record sets that a change set brings: the platform's, or the shared ones (name servers, glue)."""
    return tuple(rrset for rrset in ready.records if owner_of(rrset) == platform)


def server_of(inv: Inventory, rrset: RRset) -> str:
    """The device whose primary zone holds the record set; empty when the registrar has to enter it by hand."""
    if rrset.zone in own_zones(inv):
        return next(name for name, device in inv.devices.items() if device.role is Role.DNS and device.primary)
    return inv.environment.parent


@lru_cache(maxsize=1024)  # one province, with and without IPv6; rendering is most of the work
def rendered(intent: DeviceIntent) -> Mapping[tuple[str, str], str]:
    """Every object of a device as its drivers render it, by (driver, object), in the inventory's order of drivers.

    That order is the order of work on the device: addresses (linux) before what listens on them (nginx, knot).
    """
    return MappingProxyType(
        {(name, one): text for name in intent.drivers for one, text in sorted(driver(name).render(intent).items())}
    )


def _device(inv: Inventory, device: Device, ready: Prepared, observed: Mapping[SectionKey, str]) -> DeviceChange:
    held = inv.holds(device)
    intended = rendered(ready.after[device.name])
    # A deferred device was not observed; its IPv4-only rendering stands in, so that a reviewer sees what would change.
    base = {} if held else rendered(ready.before[device.name])
    sections: list[Section] = []
    for (name, object), text in intended.items():
        if held:
            running = observed.get((device.name, name, object))
            if running is None:
                raise EnvironmentFailed(device.name, f"it did not report {name} {object}", "observe the device again")
        else:
            running = base.get((name, object), "")
        sections.append(section(name, object, running, text))
    return DeviceChange(device.name, device.role.value, device.region, tuple(sections), "" if held else NOT_HELD)


def _records(
    inv: Inventory,
    planned: Sequence[RRset],
    former: Sequence[RecordChange],
    served: Mapping[RecordKey, RecordState],
) -> tuple[RecordChange, ...]:
    found = [change_of(inv, server_of(inv, rrset), rrset, served) for rrset in planned]
    found += removals(inv, former, {key_of(record) for record in found}, served)
    return tuple(sorted(found, key=lambda record: (record.zone, record.name, record.type)))


def _sites(inv: Inventory, ready: Prepared, platform: str) -> tuple[dict[str, str], ...]:
    found = Lookup(inv, ready.by_key)
    return tuple(
        {
            "name": site.name,
            "title": site.title,
            "owner": site.owner,
            "address4": str(site.address4),
            "address6": "".join(found.visited(site)[1:]),
        }
        for site in inv.sites
        if site.platform == platform
    )
