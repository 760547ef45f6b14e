"""`jiyue dns check`: sees every zone on its servers and at its parent, and has it judged."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import dns.zone

from inventory.errors import EnvironmentFailed, GateError, NothingChecked
from ipv6.plan.records import PARENT_ZONE
from jiyue.dns import audit, look
from jiyue.dns.audit import Finding, Seen
from jiyue.dns.channel import Channels, Reach
from jiyue.dns.provider import PrimaryProvider, Silent, Unwilling
from jiyue.workflow.dns import wanted
from jiyue.workflow.names import held, key
from jiyue.workflow.services import Services


def check(services: Services, names: Sequence[str]) -> list[Finding]:
    """Every item of the zones of the named platforms (all of them without a name).

    EnvironmentFailed when the primary is silent, GateError when it refuses, NothingChecked when no zone was chosen;
    any other silent server is an Unknown of its own.
    """
    inv = services.inventory
    chosen = wanted(services, names)
    if not chosen:
        raise NothingChecked("dns check", "there is no zone", "name a platform")
    primary, servers = held(inv)
    names_ = tuple(f"{name}." for name in inv.network.name_servers)
    with Channels(services.space.ssh_config, inv.environment.ssh_user) as reach:
        provider = PrimaryProvider(primary, *reach.endpoint(primary), key(services))
        served, serials, silent = _round(reach, provider, servers, chosen)
        if any(len(set(found.values())) > 1 for found in serials.values()):
            time.sleep(inv.naming.watch.settle)
            for zone in chosen:
                provider.forget(zone)
            served, serials, silent = _round(reach, provider, servers, chosen)
        try:
            addresses = look.addresses(primary, reach.endpoint(primary), names_)
        except Silent as error:
            raise EnvironmentFailed("name servers", str(error), "see `jiyue lab status`") from error
        above = _above(reach, inv.environment.parent, chosen)
    now = time.time()
    return [
        one
        for zone in chosen
        for one in audit.judge(
            Seen(zone, served[zone], serials[zone], silent, addresses, frozenset(names_), above.get(zone)),
            inv.naming.watch,
            now,
        )
    ]


def _round(
    reach: Reach, provider: PrimaryProvider, servers: Sequence[str], chosen: Sequence[str]
) -> tuple[dict[str, dns.zone.Zone], dict[str, dict[str, int | None]], dict[str, str]]:
    """The zones from the primary, their serials by server, and why a server is silent."""
    try:
        served = {zone: provider.transferred(zone) for zone in chosen}
    except Silent as error:
        raise EnvironmentFailed("name servers", str(error), "see `jiyue lab status`") from error
    except Unwilling as error:
        raise GateError(provider.server, str(error), "give the server the key of this environment") from error
    return served, *look.serials(reach, servers, chosen)


def _above(reach: Reach, parent: str, chosen: Sequence[str]) -> Mapping[str, audit.Above | str]:
    """What the parent says of the zones directly below it; the others' parents are not ours to reach."""
    if not parent:
        return {}
    return look.above(reach, parent, [zone for zone in chosen if zone.endswith(f".{PARENT_ZONE}")])
