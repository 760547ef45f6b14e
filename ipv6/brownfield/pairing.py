"""IPv4 and IPv6 of every thing in the field, beside what the plan gives it; and what contradicts the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory.model import Inventory
from ipv6.brownfield.address import bounds
from ipv6.brownfield.index import Claims, Networks
from ipv6.brownfield.model import Document, Use
from ipv6.brownfield.planned import Planned, planned
from ipv6.brownfield.regions import Regions
from ipv6.brownfield.things import Thing, Twice, things

RENUMBER = "renumber it in the field, or give the plan another place before it is approved"
LOOSE_KINDS = ("plane", "region")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something in the field that the plan cannot be carried out beside."""

    place: str
    cause: str
    fix: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing seen: `ipv4`, `ipv6` as observed; `planned6` what the plan gives it (an address, or its network's /64).

    `items` are the province's names for it, `network` the province's network it lies in; both empty: unknown to the
    inventory. `foreign` are observed IPv6 addresses outside every received block.
    """

    region: str
    device: str
    interface: str
    vrf: str
    name: str
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    planned6: tuple[str, ...]
    items: tuple[str, ...]
    network: str
    place: str
    sources: tuple[str, ...]
    foreign: tuple[str, ...] = ()
    mgmt: bool = False

    @property
    def known(self) -> bool:
        """Whether the province's data has it, or the network around it."""
        return bool(self.items or self.network)

    @property
    def state(self) -> str:
        """`dual`, `ipv4-only` or `ipv6-only`: what was seen."""
        return "dual" if self.ipv4 and self.ipv6 else "ipv4-only" if self.ipv4 else "ipv6-only"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Everything seen, everything of the province that no source mentions, and every conflict."""

    pairs: tuple[Pair, ...]
    unseen: tuple[Planned, ...]
    conflicts: tuple[Conflict, ...]


class _Judge:
    """The look-up tables of one province."""

    def __init__(self, inv: Inventory, claims: Mapping[str, str]) -> None:
        self.rows = planned(inv, claims)
        self.regions = Regions(inv)
        self.claims, self.networks = Claims(claims), Networks(self.rows)
        self.by_host4: dict[int, list[Planned]] = {}
        self.by_host6: dict[int, list[Planned]] = {}
        self.by_port: dict[tuple[str, str], list[Planned]] = {}
        self.by_prefix: dict[str, Planned] = {}
        self.homes: dict[str, str] = {}
        for row in self.rows:
            if row.is_prefix:
                for prefix in filter(None, (row.ipv4, row.ipv6)):
                    self.by_prefix.setdefault(prefix, row)
                continue
            self.by_host4.setdefault(row.host4, []).append(row)
            if row.host6 is not None:
                self.by_host6.setdefault(row.host6, []).append(row)
            if row.device:
                self.by_port.setdefault((row.device.lower(), row.interface.lower()), []).append(row)

    def items(self, thing: Thing) -> list[Planned]:
        """The province's rows that are this thing: by IPv4 or by device and interface, by IPv6 only without IPv4."""
        device = thing.word("device").lower()
        found: dict[str, Planned] = {}
        four = any(use.family == 4 for use in thing.uses)
        for use in thing.uses:
            if four and use.family == 6:
                continue  # an IPv6 address on the wrong interface does not make it the right one
            table = self.by_host4 if use.family == 4 else self.by_host6
            rows = table.get(bounds(use.kind, use.value)[1], []) if use.kind == "address" else []
            if use.kind == "prefix" and (row := self.by_prefix.get(use.value)):
                rows = [row]
            # The same private address may live in several VPN instances: then the device has to agree as well.
            found |= {row.label: row for row in rows if not use.vrf or row.device.lower() == device}
        by_name = self.by_port.get(thing.port, [])
        return [*found.values(), *(row for row in by_name if row.label not in found)]


def pair(inv: Inventory, claims: Mapping[str, str], documents: Sequence[Document]) -> Pairing:
    """Pair what the documents saw, interface by interface, and hold it against the plan."""
    judge = _Judge(inv, claims)
    found, twice = things(documents)
    regions = {document.source: document.region for document in documents}
    things_items = [(thing, judge.items(thing)) for thing in found]
    for thing, items in things_items:
        for row in items:
            if row.device:
                judge.homes.setdefault(thing.word("device").lower(), row.region)
    pairs: list[Pair] = []
    conflicts: list[Conflict] = [_twice(one) for one in twice]
    seen: set[str] = set()
    for thing, items in things_items:
        seen |= {row.label for row in items}
        one, against = _pair(judge, thing, items, regions)
        pairs.append(one)
        conflicts += against
    unseen = tuple(row for row in judge.rows if row.label not in seen and row.kind in ("port", "loopback", "site"))
    return Pairing(tuple(pairs), unseen, tuple(conflicts))


def _pair(judge: _Judge, thing: Thing, items: list[Planned], regions: Mapping[str, str]) -> tuple[Pair, list[Conflict]]:
    network = _network(judge, thing)
    wanted = [row.ipv6 for row in items if row.ipv6] or ([network.ipv6] if network and network.ipv6 else [])
    foreign, against = [], []
    for use in thing.uses:
        if use.family == 6:
            verdict = _against(judge, use, items, network)
            if verdict is None:
                foreign.append(use.value)
            elif verdict:
                against.append(verdict)
    region = _region(judge, thing, items, network, regions)
    one = Pair(
        region=region,
        device=thing.word("device"),
        interface=thing.word("interface"),
        vrf=thing.word("vrf"),
        name=thing.word("name") or thing.word("description"),
        ipv4=thing.values(4),
        ipv6=thing.values(6),
        planned6=tuple(dict.fromkeys(wanted)),
        items=tuple(row.label for row in items),
        network=network.label if network else "",
        place=thing.uses[0].place,
        sources=thing.sources,
        foreign=tuple(dict.fromkeys(foreign)),
        mgmt=bool(items) and all(row.kind == "mgmt" for row in items),
    )
    return one, [Conflict(place, cause, RENUMBER, region) for place, cause in against]


def _network(judge: _Judge, thing: Thing) -> Planned | None:
    for use in thing.uses:
        if use.family == 4 and not use.vrf:
            found = judge.networks.of(*bounds(use.kind, use.value)[1:])
            if found:
                return found
    return None


def _against(
    judge: _Judge, use: Use, items: Sequence[Planned], network: Planned | None
) -> tuple[str, str] | tuple[()] | None:
    """Place and cause of a conflict; () when the use agrees with the plan, None when it lies outside the plan."""
    _, first, last = bounds(use.kind, use.value)
    if use.kind == "address" and first in {row.host6 for row in items}:
        return ()
    if use.kind != "address" and use.value in {row.ipv6 for row in items}:
        return ()
    others = judge.by_host6.get(first, []) if use.kind == "address" else []
    if others:
        return use.place, f"{use.value} is planned for {others[0].label}"
    covering = judge.claims.covering(first, last)
    count, key = judge.claims.inside(first, last)
    if covering is None:
        return (use.place, f"{use.value} overlaps {count} claims of the plan, the first is {key}") if count else None
    wanted = next((row for row in items if row.ipv6 and not row.is_prefix), None)
    if wanted and use.kind == "address":
        return use.place, f"{use.value} runs on {wanted.label}, to which the plan gives {wanted.ipv6}"
    prefix, keys = covering
    if network and network.key in keys:
        return ()
    if keys[0].partition("/")[0] in LOOSE_KINDS:
        return (
            use.place,
            f"{use.value} lies in {prefix} ({keys[0]}), but the ledger never gave it out",
        )
    return use.place, f"{use.value} lies in {prefix}, which the plan gives to {keys[0]}"


def _region(
    judge: _Judge,
    thing: Thing,
    items: Sequence[Planned],
    network: Planned | None,
    regions: Mapping[str, str],
) -> str:
    """The region by the province's data, else the source's word, the device's home, the caller's word, the address."""
    if items:
        return items[0].region
    for word in (use.region for use in thing.uses):
        if code := judge.regions.code(word):
            return code
    home = judge.homes.get(thing.word("device").lower(), "") if thing.word("device") else ""
    if home:
        return home
    for source in thing.sources:
        if regions.get(source):
            return regions[source]
    if network:
        return network.region
    for use in thing.uses:
        if use.family == 6 and (held := judge.claims.covering(*bounds(use.kind, use.value)[1:])):
            parts = next((key.split("/") for key in held[1] if key.startswith("region/")), [])
            if len(parts) > 2:
                return parts[2]
    return ""


def _twice(one: Twice) -> Conflict:
    return Conflict(one.places[0], f"{one.value} is also at {', '.join(one.places[1:])}", "give each interface its own")
