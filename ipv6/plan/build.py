"""From inventory and claims to what every device should be; without claims it is the IPv4-only province of day 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inventory.errors import InputError
from inventory.model import Device, Inventory
from inventory.vocab import Role
from ipv6.plan.build_hosts import host, name_server, resolver, site_host
from ipv6.plan.build_routers import core, firewall, router
from ipv6.plan.intent import DeviceIntent
from ipv6.plan.lookup import Lookup

BUILDERS: Mapping[Role, Callable[[Lookup, Device], DeviceIntent]] = {
    Role.CORE: core,
    Role.PE: router,
    Role.COUNTY_PE: router,
    Role.FIREWALL: firewall,
    Role.SITE_HOST: site_host,
    Role.ZONE_HOST: host,
    Role.DNS: name_server,
    Role.RESOLVER: resolver,
    Role.OPS: host,
}


def intents(inv: Inventory, claims: Mapping[str, str] | None) -> dict[str, DeviceIntent]:
    """The intent of every device by name, deferred ones too; `claims` maps ledger keys to prefixes.

    With claims None only IPv4 is there; the IPv4 part is the same in both. InputError when a claim is missing.
    """
    found = Lookup(inv, claims)
    missing = set(Role) - set(BUILDERS)
    if missing:
        raise InputError("plan", f"no builder for role {', '.join(sorted(missing))}", "add one in ipv6/plan/build.py")
    return {name: BUILDERS[device.role](found, device) for name, device in inv.devices.items()}
