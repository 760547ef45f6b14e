"""Zones as code: what the plan wants each zone to hold, as octoDNS YAML, and held against what is served."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.rdatatype
import dns.zone
from octodns.provider.yaml import YamlProvider
from octodns.record import Record
from octodns.record.rr import Rrset
from octodns.zone import Zone

from inventory.model import Inventory
from ipv6.change.records import ABSENT, RecordState
from ipv6.plan.intent import RRset
from ipv6.plan.records import owner_of, records
from ipv6.plan.reverse import own_zones
from jiyue.dns import plan as plans
from jiyue.dns.provider import quiet

OWN = frozenset({"SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY"})
"""What the server makes by itself."""


@dataclass(frozen=True, slots=True)
class Odd:
    """One record set that is not as planned; `kind` is missing, changed, ttl, foreign or waiting (not applied yet)."""

    zone: str
    name: str
    type: str
    kind: str
    planned: str
    served: str


def planned(inv: Inventory, claims: Mapping[str, str], moving: Iterable[RRset] = ()) -> dict[str, tuple[RRset, ...]]:
    """Every set of our own zones by zone, in the plan's order; `moving` are those of sites that old hosts serve or
    served, which no change set carries."""
    found: dict[str, tuple[RRset, ...]] = dict.fromkeys(own_zones(inv), ())
    for one in (*records(inv, claims), *moving):
        if one.zone in found:
            found[one.zone] += (one,)
    return dict(sorted(found.items()))


def code(zone: str, sets: Iterable[RRset]) -> str:
    """The zone as octoDNS's YAML provider writes it."""
    quiet()
    wanted = Zone(zone, [])
    for one in sets:
        wanted.add_record(Record.from_rrset(wanted, Rrset(one.name, one.type, one.ttl, one.rdata)))
    with tempfile.TemporaryDirectory(prefix="jiyue-zone-") as folder:
        provider = YamlProvider("zones", folder, default_ttl=1, escaped_semicolons=False)
        plan = provider.plan(wanted)
        if plan is None:
            return "---\n{}\n"
        provider.apply(plan)
        return (Path(folder) / f"{zone}yaml").read_text(encoding="utf-8")


def compare(zone: str, sets: Sequence[RRset], served: dns.zone.Zone, applied: Collection[str]) -> list[Odd]:
    """What differs, by name and type; sets of platforms outside `applied` may still be missing."""
    want = {(one.name.lower(), one.type): one for one in sets}
    have: dict[tuple[str, str], RecordState] = {}
    for name, rdataset in served.iterate_rdatasets():
        kind = dns.rdatatype.to_text(rdataset.rdtype)
        if kind not in OWN:
            owner = name.to_text().lower()
            have[owner, kind] = plans.state(served, owner, kind)
    found = []
    for key in sorted(want.keys() | have.keys()):
        one, now = want.get(key), have.get(key, ABSENT)
        then = plans.canonical(key[1], (one.ttl, one.rdata)) if one else ABSENT
        if then is None or now == then:
            continue
        if one is None:
            kind = "foreign"
        elif not now[1]:
            kind = "missing" if owner_of(one) in applied else "waiting"
        else:
            kind = "changed" if now[1] != then[1] else "ttl"
        found.append(Odd(zone, *key, kind, plans.said(then), plans.said(now)))
    return found
