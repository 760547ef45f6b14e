"""The province with more in it, or under the other profile; every one a new value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network
from itertools import pairwise

from inventory.addressing import Organisation
from inventory.environment import Block
from inventory.model import Inventory, Link
from ipv6.change.model import Claim
from ipv6.plan.prefix import parse

PLANES = ("public", "private", "internet")


def changed(inv: Inventory, **updates: object) -> Inventory:
    """A new inventory; `model_copy` would carry the cached look-ups of the old one along."""
    return Inventory(**{name: updates.get(name, getattr(inv, name)) for name in Inventory.model_fields})


def with_policy(inv: Inventory, **updates: object) -> Inventory:
    """Another addressing policy, checked like one from a file."""
    policy = inv.addressing.model_dump() | updates
    return changed(inv, addressing=type(inv.addressing).model_validate(policy))


def with_blocks(inv: Inventory, *blocks: Mapping[str, object]) -> Inventory:
    """Other received blocks."""
    received = tuple(Block.model_validate({"source": "test", **block}) for block in blocks)
    return changed(inv, environment=inv.environment.model_copy(update={"blocks": received}))


def compact(inv: Inventory) -> Inventory:
    """The whole province in one /32."""
    blocks = [{"plane": plane, "prefix": "3fff:20::/32", "index": n} for n, plane in enumerate(PLANES)]
    return with_blocks(with_policy(inv, profile="compact"), *blocks)


def codes(inv: Inventory) -> list[str]:
    """Codes in force."""
    return [region.code for region in inv.regions if not region.valid_to]


def units(inv: Inventory, count: int, name: str = "u", region: str = "") -> tuple[Organisation, ...]:
    """So many organisations, spread evenly over all regions or all in one."""
    places = [region] if region else codes(inv)
    return tuple(
        Organisation(id=f"{name}{n}", name=f"单位{n}", region=places[n % len(places)], platform="changsha")
        for n in range(count)
    )


def with_units(inv: Inventory, *more: Iterable[Organisation]) -> Inventory:
    """The inventory with further organisations."""
    return changed(inv, organisations=(*inv.organisations, *(one for group in more for one in group)))


def with_links(inv: Inventory, count: int, name: str = "more", owner: str = "430100") -> Inventory:
    """The inventory with further point-to-point links of one region."""
    more = tuple(
        Link(id=f"{name}-{i}", kind="p2p", prefix4=IPv4Network((0x0AFD0000 + 2 * i, 31)), owner=owner)
        for i in range(count)
    )
    network = inv.network.model_copy(update={"links": (*inv.network.links, *more)})
    return changed(inv, network=network)


def check_nesting(claims: Iterable[Claim]) -> None:
    """Children inside parents, siblings disjoint; the standard library is the judge.

    An heir has its parent's whole prefix and is of its kind: there is one at most, and its siblings are older.
    """
    held = {claim.key: claim for claim in claims}
    heirs = [claim.parent for claim in held.values() if is_heir(claim, held)]
    assert len(set(heirs)) == len(heirs)
    networks = {key: IPv6Network(claim.prefix) for key, claim in held.items()}
    siblings: dict[str, list[tuple[IPv6Network, str]]] = {}
    for key, claim in held.items():
        if claim.parent:
            assert networks[key].subnet_of(networks[claim.parent]), key
        if not is_heir(claim, held):
            siblings.setdefault(claim.parent, []).append((networks[key], key))
    for group in siblings.values():
        group.sort()
        for (left, left_key), (right, right_key) in pairwise(group):
            assert not left.overlaps(right), (left_key, right_key)


def is_heir(claim: Claim, held: Mapping[str, Claim]) -> bool:
    """Whether a claim is its parent under a new code."""
    parent = held.get(claim.parent)
    kinds = {key.partition("/")[0] for key in (claim.key, claim.parent)}
    return parent is not None and parent.prefix == claim.prefix and len(kinds) == 1


def check_forms(claims: Iterable[Claim]) -> None:
    """Nibbles everywhere, no all-zeros identifier, links whole /64s that only their two ends share."""
    for claim in claims:
        prefix = parse(claim.prefix)
        assert prefix.length % 4 == 0, claim
        if prefix.length == 128:
            assert prefix.first & (1 << 64) - 1, claim
        if claim.key.startswith("link/"):
            assert prefix.length == 64, claim
        if claim.key.startswith("org/"):
            assert prefix.length == 56, claim
