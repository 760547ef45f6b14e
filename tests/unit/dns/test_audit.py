"""A signed zone as it is well, then one thing wrong at a time: that item fails, by name and value, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import dns.dnssec
import dns.name
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import DSDigest

from inventory.naming import Watch
from jiyue.dns.audit import DAY, Above, Finding, Seen, judge

ZONE = "changsha.gov.cn."
SERVERS = frozenset({"ns1.hunan.gov.cn.", "ns2.hunan.gov.cn."})
NOW = 1_800_000_000.0
LIFE = 14 * DAY
ADDRESSES = {name: frozenset({f"198.18.0.{n}", f"3fff:10::{n}"}) for n, name in enumerate(sorted(SERVERS), 21)}
TEXT = """\
$TTL 300
@ SOA ns1.hunan.gov.cn. hostmaster 7 3600 600 86400 10
@ NS ns1.hunan.gov.cn.
@ NS ns2.hunan.gov.cn.
www A 198.18.1.1
www AAAA 3fff:10:100::10
"""


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(20341128, ec.SECP256R1())


def zone(text: str = TEXT, signed: bool = True) -> dns.zone.Zone:
    """The zone with its key, CDS and signatures that live `LIFE` from NOW."""
    found = dns.zone.from_text(text, ZONE, relativize=False)
    if signed:
        public = dns.dnssec.make_dnskey(_key().public_key(), "ECDSAP256SHA256", flags=257)
        found.find_rdataset(ZONE, "CDS", create=True).add(dns.dnssec.make_cds(ZONE, public, DSDigest.SHA256), 0)
        dns.dnssec.sign_zone(
            found, keys=[(_key(), public)], inception=NOW - 60, expiration=NOW + LIFE, add_dnskey=True, dnskey_ttl=300
        )
    return found


def ds() -> str:
    """The DS of the zone's key."""
    public = dns.dnssec.make_dnskey(_key().public_key(), "ECDSAP256SHA256", flags=257)
    return dns.dnssec.make_ds(dns.name.from_text(ZONE), public, DSDigest.SHA256).to_text()


def well() -> Seen:
    """A zone with nothing wrong."""
    above = Above("ns-govcn", SERVERS, frozenset({ds()}), ADDRESSES)
    return Seen(ZONE, zone(), {"ns1": 7, "ns2": 7}, {}, ADDRESSES, SERVERS, above)


def above(**changes: object) -> Callable[[Seen], Seen]:
    """The parent says something else."""

    def change(seen: Seen) -> Seen:
        assert isinstance(seen.above, Above)
        return replace(seen, above=replace(seen.above, **changes))  # type: ignore[arg-type]

    return change


def test_a_zone_that_is_well_passes_every_item() -> None:
    found = judge(well(), Watch(), NOW)
    assert {one.verdict for one in found} == {"pass"}
    items = {"signatures", "lame", "serial", "ns", "ns-ipv6", "ttl", "delegation", "glue", "ds", "cds"}
    assert {one.item for one in found} == items


OTHER = "11111 13 2 " + "ab" * 32
ONE = "ns1.hunan.gov.cn."
CASES: dict[str, tuple[Callable[[Seen], Seen], list[tuple[str, str, str]]]] = {
    "unsigned": (
        lambda seen: replace(seen, served=zone(signed=False)),
        [("signatures", "", "it is not signed"), ("ds", "ns-govcn", "no DS at ns-govcn fits")],
    ),
    "lagging secondary": (
        lambda seen: replace(seen, serials={"ns1": 7, "ns2": 5}),
        [("serial", "ns2", "ns2 has serial 5, the primary 7")],
    ),
    "lame secondary": (
        lambda seen: replace(seen, serials={"ns1": 7, "ns2": None}),
        [("lame", "ns2", "lame delegation: ns2 does not answer for it with authority")],
    ),
    "only IPv4": (
        lambda seen: replace(seen, addresses={**ADDRESSES, ONE: frozenset({"198.18.0.21"})}),
        [
            ("ns-ipv6", ONE, f"{ONE} has no IPv6 address, only 198.18.0.21"),
            ("glue", ONE, "its zone says 198.18.0.21"),
        ],
    ),
    "glue missing": (
        above(glue={**ADDRESSES, ONE: frozenset()}),
        [("glue", ONE, f"glue of {ONE} at ns-govcn is nothing, its zone says 198.18.0.21, 3fff:10::21")],
    ),
    "unexpected server": (
        lambda seen: replace(seen, served=zone(TEXT + "@ NS ns.evil.example.\n")),
        [("ns", "", "the zone itself names ns.evil.example., which is none of ours")],
    ),
    "parent forgets a server": (
        above(names=frozenset({ONE})),
        [("delegation", "", "ns-govcn does not name ns2.hunan.gov.cn.")],
    ),
    "DS of another key": (
        above(ds=frozenset({OTHER})),
        [("ds", "ns-govcn", f"it has {OTHER}"), ("cds", "ns-govcn", f"ns-govcn has {OTHER}")],
    ),
    "DS left over": (above(ds=frozenset({OTHER, ds()})), [("cds", "ns-govcn", OTHER)]),
    "TTL out of bounds": (
        lambda seen: replace(seen, served=zone(TEXT + "short 5 A 198.18.1.2\n")),
        [("ttl", "", "TTL outside 30 to 86400 s: short.changsha.gov.cn. A 5")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_thing_wrong_fails_its_own_item(name: str) -> None:
    change, expected = CASES[name]
    odd = [one for one in judge(change(well()), Watch(), NOW) if one.verdict != "pass"]
    assert [(one.item, one.server) for one in odd] == [(item, server) for item, server, _ in expected]
    assert all(said in one.reason for one, (_, _, said) in zip(odd, expected, strict=True)), odd


@pytest.mark.parametrize(
    ("days", "said"),
    [(11.5, "ends at"), (14.0, "signatures have expired, the first (changsha.gov.cn.) at 2027-01-29T08:00:00Z")],
    ids=["soon", "expired"],
)
def test_signatures_near_and_past_their_end(days: float, said: str) -> None:
    odd = [one for one in judge(well(), Watch(), NOW + days * DAY) if one.verdict != "pass"]
    assert [(one.item, one.verdict) for one in odd] == [("signatures", "fail")] and said in odd[0].reason


def test_the_threshold_is_data() -> None:
    assert not [one for one in judge(well(), Watch(expiry_days=2), NOW + 11.5 * DAY) if one.verdict != "pass"]


def test_who_is_silent_is_unknown_never_green() -> None:
    seen = replace(well(), serials={"ns1": 7}, silent={"ns2": "ns2 does not answer: timed out"}, above="no answer")
    odd = [one for one in judge(seen, Watch(), NOW) if one.verdict != "pass"]
    assert odd == [
        Finding(ZONE, "serial", "unknown", "ns2 does not answer: timed out", "ns2"),
        Finding(ZONE, "delegation", "unknown", "no answer"),
    ]
