"""Planning: the missing allocations, taken inside the ledger's lock."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

from inventory.errors import InputError
from inventory.vocab import Stage
from ipv6.plan.plan import make_plan
from jiyue.workflow.services import Services
from jiyue.workflow.stages import advance


@dataclass(frozen=True, slots=True)
class Planned:
    """How many claims the ledger held and how many were added now."""

    kept: int
    added: int


def plan(services: Services) -> Planned:
    """Allocate what the inventory needs and the ledger lacks; a second call adds nothing."""
    before = len(services.store.claims())
    added = services.store.allocate(lambda ledger: make_plan(services.inventory, ledger).new)
    for platform in services.platforms:
        advance(services.store, platform, Stage.PLANNED)
    return Planned(before, len(added))


def explain(services: Services, address: str) -> list[dict[str, str]]:
    """The claims around an address, widest first; InputError for what is no IPv6 address or not in the ledger."""
    try:
        wanted = IPv6Address(address.split("/")[0])
    except ValueError:
        raise InputError(address, "is not an IPv6 address", "write it like 3fff:10:100:2000::1") from None
    claims = [claim for claim in services.store.claims() if wanted in ip_network(claim.prefix)]
    if not claims:
        raise InputError(
            str(wanted), "lies outside every allocation", "the received blocks are in the environment's file"
        )
    claims.sort(key=lambda claim: ip_network(claim.prefix).prefixlen)
    return [{"prefix": claim.prefix, "key": claim.key, "meaning": _meaning(services, claim.key)} for claim in claims]


def _meaning(services: Services, key: str) -> str:
    kind, _, rest = key.partition("/")
    if kind == "region":
        plane, code = rest.split("/")[:2]
        region = services.inventory.region_by_code.get(code)
        return f"{plane} {code} {region.name if region else ''}".strip()
    if kind in ("zone", "subnet"):
        platform, zone = rest.split("/")[:2]
        titles = {each.id: each.title for each in services.inventory.matrix.zones}
        return f"{platform} {titles.get(zone, zone)}"
    return rest
