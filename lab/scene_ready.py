"""When the lab has converged: routes everywhere, every zone signed, a portal answers over IPv4 by a validated name."""

from __future__ import annotations

from inventory.model import Inventory
from inventory.vocab import Role
from ipv6.plan.reverse import own_zones

from .ready import ReadyCheck

SECONDS = 45.0


def ready_checks(inv: Inventory) -> tuple[ReadyCheck, ...]:
    """What has to be true on day 0 before anybody measures; all of it is IPv4."""
    return (*_routes(inv), *_zones(inv), *_vantages(inv))


def _routes(inv: Inventory) -> list[ReadyCheck]:
    found = [
        ReadyCheck(
            device.name,
            ("ip", "-4", "route", "show", "default"),
            "default",
            f"{device.name} has a default route",
            SECONDS,
        )
        for device in inv.devices.values()
        if device.role in (Role.CORE, Role.PE) and inv.holds(device)
    ]
    prefixes = [link.prefix4 for platform in inv.platforms for link in platform.links if link.zone == "dmz"]
    expect = "".join(f"(?=[\\s\\S]*^{str(prefix).replace('.', '[.]')} )" for prefix in prefixes)
    routes = ("ip", "-4", "route", "show", "proto", "bgp")
    return [
        *found,
        ReadyCheck("inet", routes, f"(?m)\\A{expect}", "the provider has a route to every platform", SECONDS),
    ]


def _zones(inv: Inventory) -> list[ReadyCheck]:
    """Each server answers every zone's SOA with a signature (one RRSIG line per zone).

    A secondary starts before the routes to its primary are there, and Knot waits longer after each attempt that failed:
    as it is asked, it is told to try again.
    """
    zones = own_zones(inv)
    found = []
    for name, device in inv.network.name_servers.items():
        address = str(inv.devices[device].interfaces[0].address4)
        argv = ["kdig", "+dnssec", "+noall", "+answer", "+time=2", "+retry=0"]
        for zone in zones:
            argv += [f"@{address}", zone, "SOA"]
        if not inv.devices[device].primary:
            argv = ["sh", "-c", '"$@"; knotc zone-refresh >/dev/null 2>&1', "sh", *argv]
        expect = "".join(f"(?=[\\s\\S]*^{zone.replace('.', '[.]')}\\s.*RRSIG)" for zone in zones)
        found.append(ReadyCheck(device, tuple(argv), f"(?m)\\A{expect}", f"{name} answers every zone signed", SECONDS))
    return found


def _vantages(inv: Inventory) -> list[ReadyCheck]:
    portal = next(platform.portal for platform in inv.platforms)
    found = []
    for host in ("vantage-v4", "vantage-dual"):
        dig = ("dig", "+dnssec", "+time=2", "+tries=1", "@127.0.0.1", portal, "A")
        found.append(ReadyCheck(host, dig, r"flags:[a-z ]* ad\b", f"{host} validates {portal}", SECONDS))
        curl = ("curl", "-4", "-sS", "--max-time", "3", "-o", "/dev/null", "-w", "%{http_code}", f"https://{portal}/")
        found.append(ReadyCheck(host, curl, "^200$", f"{host} reads {portal} over IPv4", SECONDS))
    return found
