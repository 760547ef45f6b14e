"""What joins a platform with others: its claim on the cluster, the exchange, external peers, what monitoring asks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from infra.components import naming
from infra.manifest import Manifest
from infra.objects import meta
from infra.objects.meta import Scope
from infra.objects.services import fixed_addresses
from infra.values import Pair, StackValues
from inventory.integrations import Integration
from inventory.model import Function, Inventory, Platform
from inventory.vocab import EXCHANGE_ZONE, Level

SECURITY_ZONE = "security"
MONITORING_ZONE = "ops"
EXCHANGE_SERVICE = "exchange"
"""The service of the zone matrix under which the exchange zones of all platforms talk."""


def claim(inventory: Inventory, platform: str, code: str) -> Manifest:
    """Says whose cluster this is; `infra.identity` refuses a cluster with somebody else's."""
    return Scope(platform, SECURITY_ZONE).make(
        "v1",
        "ConfigMap",
        "claim",
        labels={meta.CLAIM: "platform"},
        data={
            "province": inventory.name,
            "environment": inventory.environment.name,
            "platform": platform,
            "code": code,
        },
    )


def exchange(inventory: Inventory, platform: str, values: StackValues) -> tuple[Manifest, ...]:
    """The exchange zone's own file: where the other libraries are, and the functions that run once at the province.

    The addresses of the latter follow from the province's approved Service ranges, in both families.
    """
    document = {
        "libraries": {name: _texts(pair) for name, pair in sorted(values.library_peers.items())},
        "provincial": provincial_clients(inventory.provincial_functions, values.provincial, exchange_port(inventory)),
    }
    made = Scope(platform, EXCHANGE_ZONE).make(
        "v1", "ConfigMap", "exchange", data={"exchange.json": json.dumps(document, sort_keys=True)}
    )
    return (made,)


def centre(inventory: Inventory, platform: Platform) -> str:
    """The province's platform, whose stack a city reads; empty for the province itself."""
    codes = {region.code for region in inventory.regions if region.level == Level.PROVINCE}
    if platform.code in codes:
        return ""
    return next((one.name for one in inventory.platforms if one.code in codes), "")


def offer(inventory: Inventory, platform: Platform, values: StackValues) -> dict[str, dict[str, object]]:
    """What a platform's stack publishes: its library's networks, and the functions that run there for all."""
    served = inventory.provincial_functions if not centre(inventory, platform) else ()
    ranges = Pair(v4=(values.services4,), v6=(values.services6,))
    found = provincial_clients(served, ranges, exchange_port(inventory))
    named: dict[str, object] = {one.id: {"title": one.title, **found[one.id]} for one in served}
    return {"functions": named, "library": {**_texts(values.prefixes[EXCHANGE_ZONE])}}


def expected(inventory: Inventory, platform: Platform, values: StackValues) -> dict[str, dict[str, object]]:
    """What a city's approved plan says that the province's stack publishes; empty at the province itself."""
    name = centre(inventory, platform)
    if not name:
        return {}
    clients = provincial_clients(inventory.provincial_functions, values.provincial, exchange_port(inventory))
    peer = values.library_peers.get(name)
    return {"functions": {**clients}, "library": {**(_texts(peer) if peer else {"v4": [], "v6": []})}}


def provincial_clients(functions: Sequence[Function], ranges: Pair | None, port: int) -> dict[str, dict[str, object]]:
    """Function id -> both addresses and the port; empty at the province itself."""
    if ranges is None:
        return {}
    found: dict[str, dict[str, object]] = {}
    for function in functions:
        number = naming.function_number(function.port)
        four, six = naming.service_addresses(ranges.v4[0], ranges.v6[0], number)
        found[function.id] = {"address4": str(four), "address6": str(six), "port": port}
    return found


def exchange_port(inventory: Inventory) -> int:
    """The TCP port that the zone matrix lets from exchange zone to exchange zone."""
    return min(inventory.matrix.services[EXCHANGE_SERVICE].ports)


def integrations(platform: str, peers: Sequence[Integration]) -> tuple[Manifest, ...]:
    """One file per zone that talks to external peers; the way out is the zone matrix's, checked by the inventory."""
    found = []
    for zone in sorted({peer.zone for peer in peers}):
        data = {
            f"{peer.id}.json": json.dumps(
                {
                    "title": peer.title,
                    "owner": peer.owner,
                    "address4": str(peer.address4),
                    "address6": str(peer.address6),
                    "port": peer.port,
                },
                ensure_ascii=False,
                sort_keys=True,
            )
            for peer in peers
            if peer.zone == zone
        }
        found.append(Scope(platform, zone).make("v1", "ConfigMap", "integrations", data=data))
    return tuple(found)


def observability(platform: str, functions: Sequence[Function], values: StackValues) -> tuple[Manifest, ...]:
    """Targets for the platform's own monitoring, each in both families (the form of Prometheus' file_sd)."""
    targets: list[Mapping[str, object]] = []
    for function in functions:
        four, six = fixed_addresses(values, naming.function_number(function.port))
        labels = {"function": function.id, "zone": function.zone, "platform": platform}
        targets.append({"targets": [f"{four}:{function.port}", f"[{six}]:{function.port}"], "labels": labels})
    text = json.dumps(targets, sort_keys=True)
    return (Scope(platform, MONITORING_ZONE).make("v1", "ConfigMap", "targets", data={"targets.json": text}),)


def _texts(pair: Pair) -> dict[str, list[str]]:
    return {"v4": [str(item) for item in pair.v4], "v6": [str(item) for item in pair.v6]}
