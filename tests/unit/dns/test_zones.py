"""Zones as code: octoDNS reads back what was planned; differences have a kind each."""

from __future__ import annotations

from pathlib import Path

import dns.zone
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone

from ipv6.plan.intent import RRset
from jiyue.dns import zones
from jiyue.dns.zones import Odd
from tests.unit.change.province import inventory, prepared

ZONE = "changsha.gov.cn."


def test_the_zones_as_octodns_reads_them(tmp_path: Path) -> None:
    planned = zones.planned(inventory(), prepared().by_key)
    assert len(planned) == 15 + 4, "one per platform, and the reverse zones"
    for name in (ZONE, "hunan.gov.cn.", "1.f.f.0.f.f.f.3.ip6.arpa."):
        (tmp_path / f"{name}yaml").write_text(zones.code(name, planned[name]), encoding="utf-8")
        found = Zone(name, [])
        YamlProvider("read", str(tmp_path), escaped_semicolons=False).populate(found)
        have = {(one.fqdn, one._type, one.ttl, tuple(sorted(one.to_rrset().rdatas))) for one in found.records}
        assert have == {(one.name, one.type, one.ttl, one.rdata) for one in planned[name]}
        assert any(one.type in ("AAAA", "PTR") for one in planned[name])


def test_an_empty_zone_is_still_a_file() -> None:
    assert zones.code(ZONE, ()) == "---\n{}\n"


def test_every_kind_of_difference() -> None:
    text = """\
$TTL 300
@ SOA ns1 hostmaster 7 3600 600 86400 10
@ NS ns1.hunan.gov.cn.
a A 198.18.0.1
b A 198.18.0.99
c 60 AAAA 3fff::c
x TXT "by hand"
"""
    sets = tuple(
        RRset(ZONE, name, kind, 300, (data,), owner)
        for name, kind, data, owner in (
            (ZONE, "NS", "ns1.hunan.gov.cn.", ""),
            (f"a.{ZONE}", "A", "198.18.0.1", "changsha"),
            (f"b.{ZONE}", "A", "198.18.0.2", "changsha"),
            (f"c.{ZONE}", "AAAA", "3fff:0:0::c", "changsha"),
            (f"d.{ZONE}", "AAAA", "3fff::d", "changsha"),
            (f"e.{ZONE}", "AAAA", "3fff::e", "zhuzhou"),
        )
    )
    found = zones.compare(ZONE, sets, dns.zone.from_text(text, ZONE, relativize=False), {"changsha"})
    assert found == [
        Odd(ZONE, f"b.{ZONE}", "A", "changed", "198.18.0.2 (TTL 300)", "198.18.0.99 (TTL 300)"),
        Odd(ZONE, f"c.{ZONE}", "AAAA", "ttl", "3fff::c (TTL 300)", "3fff::c (TTL 60)"),
        Odd(ZONE, f"d.{ZONE}", "AAAA", "missing", "3fff::d (TTL 300)", "nothing"),
        Odd(ZONE, f"e.{ZONE}", "AAAA", "waiting", "3fff::e (TTL 300)", "nothing"),
        Odd(ZONE, f"x.{ZONE}", "TXT", "foreign", "nothing", '"by hand" (TTL 300)'),
    ]
