"""NetBox bulk-import files of the plan: prefixes.csv, interfaces.csv, ip-addresses.csv (columns of NetBox 3.5 to 4.x).

Only columns that need no other object are filled, but for `device`: the devices have to exist. Prefixes name no site,
because its column changed from `site` to `scope_type`/`scope_id` in NetBox 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ipv6.brownfield.planned import Planned
from jiyue.exchange.guard import csv_text

PREFIXES = ("prefix", "status", "is_pool", "description", "comments")
INTERFACES = ("device", "name", "type", "enabled", "description")
ADDRESSES = ("address", "status", "role", "device", "interface", "dns_name", "description", "comments")
_CONTAINERS = ("plane", "region", "zone")
Row = Mapping[str, str]


def files(rows: Sequence[Planned], claims: Mapping[str, str]) -> dict[str, str]:
    """The three files by name; import them in the order prefixes, interfaces, addresses."""
    return {
        "prefixes.csv": csv_text(PREFIXES, prefixes(rows, claims)),
        "interfaces.csv": csv_text(INTERFACES, interfaces(rows)),
        "ip-addresses.csv": csv_text(ADDRESSES, addresses(rows)),
    }


def prefixes(rows: Iterable[Planned], claims: Mapping[str, str]) -> Iterator[Row]:
    """Containers first, then every network in both families; each prefix once."""
    given: set[str] = set()
    for key in sorted(claims, key=lambda one: (_CONTAINERS.index(_kind(one)) if _kind(one) in _CONTAINERS else 9, one)):
        if _kind(key) in _CONTAINERS and claims[key] not in given:
            given.add(claims[key])
            status = "reserved" if key.endswith("/reserved") else "container"
            yield {"prefix": claims[key], "status": status, "is_pool": "false", "comments": key, "description": key}
    for row in rows:
        for prefix in (row.ipv4, row.ipv6):
            if row.is_prefix and prefix and prefix not in given:
                given.add(prefix)
                yield {
                    "prefix": prefix, "status": "active", "is_pool": "false", "description": described(row),
                    "comments": row.key,
                }  # fmt: skip


def interfaces(rows: Iterable[Planned]) -> Iterator[Row]:
    """Every interface that has an address, each once."""
    given: set[tuple[str, str]] = set()
    for row in rows:
        if row.device and (row.device, row.interface) not in given:
            given.add((row.device, row.interface))
            kind = "virtual" if row.kind == "loopback" else "other"
            yield {"device": row.device, "name": row.interface, "type": kind, "enabled": "true"}


def addresses(rows: Sequence[Planned]) -> Iterator[Row]:
    """Every address in both families; a site on a port's own address is that port's row with its DNS name."""
    named = {row.host4: row.dns for row in rows if row.dns}
    titled = {row.host4: row.title for row in rows if row.kind in ("site", "system")}
    on_port = {row.host4 for row in rows if row.device}
    given: set[str] = set()
    for row in rows:
        if row.is_prefix or (not row.device and row.host4 in on_port):
            continue
        for address in (row.ipv4, row.ipv6):
            if not address or address.split("/")[0] in given:
                continue
            given.add(address.split("/")[0])
            yield {
                "address": address,
                "status": "active",
                "role": "loopback" if row.kind == "loopback" else "",
                "device": row.device,
                "interface": row.interface,
                "dns_name": named.get(row.host4, "") if row.kind != "mgmt" else "",
                "description": row.title or titled.get(row.host4, ""),
                "comments": row.key if ":" in address else "",
            }


def described(row: Planned) -> str:
    """A description that both families of one network share and no other network has."""
    return f"{row.kind} {row.name} {row.title}".strip()


def _kind(key: str) -> str:
    return key.partition("/")[0]
