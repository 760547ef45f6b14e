"""Addresses taken apart into the fields of GB/T 46285, and the code tables that say what a field's values mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address, IPv6Network, ip_network

from inventory.model import SHARED, Inventory
from inventory.vocab import Level
from ipv6.change.model import ChangeSet
from ipv6.plan.layout import Field, layout
from ipv6.plan.prefix import address_of
from ipv6.plan.profile import profile_of
from jiyue.scheme.facts import BlockFact, CodeFact, ExampleFact, FieldFact, OrganisationFact, UsageFact

KINDS: dict[str, tuple[str, ...]] = {
    "plane": ("plane",),
    "city": ("region",),
    "county": ("region",),
    "use": ("zone", "services"),
    "zone": ("zone", "services"),
    "organisation": ("org",),
    "subnet": ("subnet", "link", "services"),
    "interface identifier": ("site", "iface", "loopback"),
}
"""Which claims say what a field's value means, by the field's English name."""
WHOLE = 64
"""Prefix length of the smallest subnet."""


def home(inv: Inventory, platform: str) -> str:
    """The code of the platform's own region; the province's for what is shared."""
    owner = inv.platform_by_name.get(platform)
    return owner.code if owner else next(one.code for one in inv.regions if one.level is Level.PROVINCE)


def blocks(inv: Inventory, claims: Mapping[str, str], platform: str) -> tuple[BlockFact, ...]:
    """Each plane of the ledger with the block it was cut from; `region` is this platform's own prefix in it."""
    code = home(inv, platform)
    found = []
    for key, prefix in sorted(claims.items()):
        kind, _, plane = key.partition("/")
        if kind != "plane":
            continue
        block = next((one for one in inv.environment.blocks if _inside(prefix, str(one.prefix))), None)
        found.append(
            BlockFact(
                plane=plane,
                prefix=prefix,
                received=str(block.prefix) if block else "",
                source=block.source if block else "",
                region=claims.get(f"region/{plane}/{code}", ""),
            )
        )
    return tuple(found)


def examples(inv: Inventory, change: ChangeSet, claims: Mapping[str, str]) -> tuple[ExampleFact, ...]:
    """One address of each kind that reads differently: a site, a loopback, a port; each taken apart field by field."""
    by_kind = [
        next((one for one in change.addresses if one.kind == kind and one.ipv6), None)
        for kind in ("site", "loopback", "port")
    ]
    table = layout(profile_of(inv.addressing))
    index = _index(claims)
    return tuple(
        ExampleFact(
            address=address_of(pair.ipv6),
            owner=pair.name,
            fields=tuple(_field(inv, one, int(IPv6Address(address_of(pair.ipv6))), index) for one in table),
        )
        for pair in by_kind
        if pair is not None
    )


def _index(claims: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Claims by kind and first address; as text, which is one for each address (RFC 5952) and quick for a province."""
    return {(key.partition("/")[0], address_of(prefix)): key for key, prefix in claims.items()}


def _field(inv: Inventory, field: Field, address: int, index: Mapping[tuple[str, str], str]) -> FieldFact:
    start = str(IPv6Address(address >> (127 - field.last_bit) << (127 - field.last_bit)))
    found = next((index[kind, start] for kind in KINDS.get(field.name_en, ()) if (kind, start) in index), "")
    value = _named(inv, found)
    if field.name_en == "use" and not value and field.value(address) == inv.addressing.infrastructure_nibble:
        value = "infrastructure"
    return FieldFact(
        name_zh=field.name_zh,
        name_en=field.name_en,
        first=field.first_bit,
        last=field.last_bit,
        digits=field.digits(address),
        meaning=field.meaning,
        value=value,
    )


def codes(inv: Inventory, platform: str, claims: Mapping[str, str]) -> tuple[CodeFact, ...]:
    """The code tables: planes, the platform's regions (all cities for what is shared), the platform's uses."""
    fields = layout(profile_of(inv.addressing))
    return (
        *_table("plane", fields, (key for key in sorted(claims) if key.startswith("plane/")), inv, claims),
        *_table("region", fields, _regions(inv, platform, claims), inv, claims),
        *_table("use", fields, _uses(inv, platform, claims), inv, claims),
    )


def _regions(inv: Inventory, platform: str, claims: Mapping[str, str]) -> Iterator[str]:
    code = home(inv, platform)
    for region in inv.regions:
        city = platform == SHARED and region.level is not Level.COUNTY
        key = f"region/public/{region.code}"
        if (city or code in (region.code, region.parent)) and key in claims:
            yield key


def _uses(inv: Inventory, platform: str, claims: Mapping[str, str]) -> Iterator[str]:
    keys = (*(f"zone/{platform}/{zone.id}" for zone in inv.matrix.zones), f"services/{platform}")
    return (key for key in keys if key in claims)


_SHOWN = {"plane": ("plane",), "region": ("city", "county"), "use": ("use", "zone")}


def _table(
    name: str, fields: tuple[Field, ...], keys: Iterator[str], inv: Inventory, claims: Mapping[str, str]
) -> Iterator[CodeFact]:
    shown = [field for field in fields if field.name_en in _SHOWN[name]]
    for key in keys:
        address = int(IPv6Address(address_of(claims[key])))
        length = ip_network(claims[key]).prefixlen
        digits = " ".join(field.digits(address) for field in shown if field.first_bit < length)
        yield CodeFact(table=name, code=digits, meaning=_named(inv, key), prefix=claims[key])


def usage(change: ChangeSet, inv: Inventory) -> tuple[UsageFact, ...]:
    """Taken and available /64 of the platform's regions and zones; those without any taken are left out."""
    taken = {
        int(IPv6Address(address_of(claim.prefix))) >> WHOLE
        for claim in change.claims
        if ip_network(claim.prefix).prefixlen >= WHOLE
    }
    found = []
    for claim in change.claims:
        network = IPv6Network(claim.prefix)
        if claim.key.partition("/")[0] not in ("region", "zone") or network.prefixlen >= WHOLE:
            continue
        low, size = int(network.network_address) >> WHOLE, 1 << (WHOLE - network.prefixlen)
        used = sum(1 for subnet in taken if low <= subnet < low + size)
        found.append(UsageFact(prefix=str(network), owner=_named(inv, claim.key), used=used, capacity=size))
    return tuple(one for one in found if one.used)


def _named(inv: Inventory, key: str) -> str:
    """What a claim is for, in names of the inventory; the words are the reader's business."""
    kind, _, rest = key.partition("/")
    second = rest.partition("/")[2]
    if kind == "region":
        region = inv.region_by_code.get(second)
        return f"{second} {region.name}" if region else second
    if kind in ("zone", "subnet"):
        titles = {zone.id: zone.title for zone in inv.matrix.zones}
        return f"{second} {titles.get(second, '')}".strip()
    if kind == "org":
        return _units(inv).get(tuple(rest.split("/")), rest)
    if kind == "services":
        return "services"
    return rest.replace("/", " ")


def organisations(inv: Inventory, change: ChangeSet) -> tuple[OrganisationFact, ...]:
    """Connected units with the prefix of each; ledger keys are `org/<plane>/<region>/<id>`."""
    found = []
    names = _units(inv)
    for claim in change.claims:
        kind, *rest = claim.key.split("/")
        if kind == "org" and len(rest) == 3:
            plane, code, _id = rest
            region = inv.region_by_code.get(code)
            found.append(
                OrganisationFact(
                    plane=plane,
                    region=f"{code} {region.name}" if region else code,
                    name=names.get(tuple(rest), _id),
                    prefix=claim.prefix,
                )
            )
    return tuple(found)


def _units(inv: Inventory) -> dict[tuple[str, ...], str]:
    """Names of connected units by plane, region and id."""
    return {(str(one.plane), one.region, one.id): one.name for one in inv.organisations}


def _inside(prefix: str, block: str) -> bool:
    inner, outer = IPv6Network(prefix, strict=False), IPv6Network(block)
    return inner.prefixlen >= outer.prefixlen and inner.network_address in outer
