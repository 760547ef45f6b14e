"""Zones as code: written as octoDNS YAML, compared with what is served, and how they stand on their servers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.zone

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, GateError, InputError
from inventory.model import SHARED
from ipv6.plan.intent import RRset
from ipv6.plan.records import PARENT_ZONE
from ipv6.plan.reverse import own_zones
from jiyue.dns import health, zones
from jiyue.dns.channel import Channels
from jiyue.dns.health import Standing
from jiyue.dns.provider import PrimaryProvider, Silent, Unwilling
from jiyue.dns.zones import Odd
from jiyue.workflow import moving
from jiyue.workflow.names import held, key
from jiyue.workflow.services import Services


@dataclass(frozen=True)
class Served:
    """The zones as transferred from their primary, with the ways to all servers."""

    zones: dict[str, dns.zone.Zone]
    servers: dict[str, health.Endpoint]
    parent: health.Endpoint | None


def wanted(services: Services, names: Sequence[str]) -> tuple[str, ...]:
    """Zones of the named platforms, all (reverse zones too) without a name; InputError for a platform that is none."""
    known = services.inventory.platform_by_name
    for name in names:
        if name not in known:
            raise InputError(f"platform {name}", "there is no such platform", f"choose one of {', '.join(known)}")
    return tuple(sorted(f"{known[name].dns_zone}." for name in names)) if names else own_zones(services.inventory)


@contextmanager
def _served(services: Services, chosen: Sequence[str]) -> Iterator[Served]:
    """EnvironmentFailed when a server does not answer, GateError when it refuses the transfer."""
    inv = services.inventory
    primary, names = held(inv)
    with Channels(services.space.ssh_config, inv.environment.ssh_user) as reach:
        servers = {name: reach.endpoint(name) for name in names}
        provider = PrimaryProvider(primary, *servers[primary], key(services))
        parent = inv.environment.parent
        try:
            found = {zone: provider.transferred(zone) for zone in chosen}
            yield Served(found, servers, reach.endpoint(parent) if parent else None)
        except Silent as error:
            raise EnvironmentFailed("name servers", str(error), "see `jiyue lab status`") from error
        except Unwilling as error:
            raise GateError(primary, str(error), "give the server the key of this environment") from error


def show(services: Services, names: Sequence[str]) -> list[Standing]:
    """How the zones stand: serials, signatures, delegation."""
    chosen = wanted(services, names)
    with _served(services, chosen) as served:
        numbers = health.serials(chosen, served.servers)
        parent = services.inventory.environment.parent
        below = {zone: found for zone, found in served.zones.items() if zone.endswith(f".{PARENT_ZONE}")}
        above = health.delegation(served.parent, parent, below) if served.parent else {}
        return [
            health.standing(served.zones[zone], zone, numbers[zone], time.time(), above.get(zone, ()))
            for zone in chosen
        ]


def _planned(services: Services) -> dict[str, tuple[RRset, ...]]:
    """Every zone as it ought to be now, the names of sites that move included."""
    claims = services.prefixes
    return zones.planned(services.inventory, claims, moving.record_sets(services))


def drift(services: Services, names: Sequence[str]) -> list[Odd]:
    """Record sets that are not as planned; what is not applied yet is waiting, which is no drift."""
    chosen = wanted(services, names)
    planned = _planned(services)
    applied = {name for name in (SHARED, *services.platforms) if services.store.applied_digest(name)}
    with _served(services, chosen) as served:
        return [odd for zone in chosen for odd in zones.compare(zone, planned[zone], served.zones[zone], applied)]


def export(services: Services, names: Sequence[str]) -> list[Path]:
    """Write the planned zones as `var/<env>/dns/<zone>yaml`, each whole or not at all."""
    planned = _planned(services)
    folder = services.space.var / "dns"
    found = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for zone in wanted(services, names):
            path = folder / f"{zone}yaml"
            write_whole(path, zones.code(zone, planned[zone]))
            found.append(path)
    except OSError as error:
        cause = f"the zones cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(folder), cause, "give this user the folder and some space") from error
    return found
