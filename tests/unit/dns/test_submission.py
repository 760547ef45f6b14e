"""A zone that asks for a second DS during a roll: taken when everything holds, refused for each rule by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import dns.dnssec
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import DSDigest
from dns.rdtypes.ANY.CDS import CDS
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from jiyue.dns.submission import Submission, Wish, judge

ZONE = "changsha.gov.cn."
NOW = 1_800_000_000.0
TEXT = "$TTL 300\n@ SOA ns1.hunan.gov.cn. hostmaster 7 3600 600 86400 10\n@ NS ns1.hunan.gov.cn.\n"
OLD, NEW, STRANGER = 20341128, 20341129, 20341130


@cache
def private(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def public(number: int) -> DNSKEY:
    return dns.dnssec.make_dnskey(private(number).public_key(), "ECDSAP256SHA256", flags=257)


def ds(number: int, digest: DSDigest = DSDigest.SHA256) -> str:
    return dns.dnssec.make_ds(ZONE, public(number), digest).to_text()


def zone(
    asked: tuple[int, ...] = (OLD, NEW), published: tuple[int, ...] = (OLD, NEW), signers: tuple[int, ...] = (OLD, NEW),
    more: str = "",
) -> dns.zone.Zone:  # fmt: skip
    """`asked` as CDS, `published` as keys, everything signed by `signers`."""
    found = dns.zone.from_text(TEXT + more, ZONE, relativize=False)
    for number in asked:
        found.find_rdataset(ZONE, "CDS", create=True).add(dns.dnssec.make_cds(ZONE, public(number), DSDigest.SHA256), 0)
    for number in published:
        found.find_rdataset(ZONE, "DNSKEY", create=True).add(public(number), 300)
    keys = [(private(number), public(number)) for number in signers]
    dns.dnssec.sign_zone(found, keys=keys, inception=NOW - 60, expiration=NOW + 86400, add_dnskey=False)
    return found


def wish(served: dns.zone.Zone, ds_: frozenset[str] = frozenset({ds(OLD)})) -> Wish:
    asked = frozenset(data.to_text() for data in served.get_rdataset(ZONE, "CDS") or () if isinstance(data, CDS))
    return Wish(ZONE, served, {"ns1": asked, "ns2": asked, "ns3": asked}, {}, ds_)


def test_in_a_roll_the_parent_takes_the_second_ds_and_later_drops_the_first() -> None:
    first = judge(wish(zone()), NOW)
    assert first == Submission(ZONE, (ds(OLD),), tuple(sorted((ds(OLD), ds(NEW))))) and first.waits
    last = judge(wish(zone((NEW,)), frozenset({ds(OLD), ds(NEW)})), NOW)
    assert last.reasons == () and last.want == (ds(NEW),) and last.waits


def test_nothing_is_asked_for_without_a_cds_or_when_the_parent_has_it() -> None:
    assert not judge(wish(zone(asked=())), NOW).waits
    same = judge(wish(zone(asked=(OLD,), published=(OLD,), signers=(OLD,))), NOW)
    assert same.reasons == () and not same.waits


DELETE = "@ 0 CDS 0 0 0 00\n"
SHA1 = f"@ 0 CDS {dns.dnssec.make_ds(ZONE, public(OLD), DSDigest.SHA1, policy=dns.dnssec.allow_all_policy).to_text()}\n"
CASES: dict[str, tuple[Callable[[], Wish], str]] = {
    "a server lags": (
        lambda: replace(wish(zone()), cds={**wish(zone()).cds, "ns3": frozenset({ds(OLD)})}),
        f"ns3 asks for {ds(OLD)}, the primary for {', '.join(sorted((ds(OLD), ds(NEW))))}",
    ),
    "a server is silent": (
        lambda: replace(wish(zone()), silent={"ns3": "ns3 does not answer: timed out"}),
        "ns3 does not answer: timed out",
    ),
    "signed by a key without DS": (lambda: wish(zone(signers=(NEW,))), "its CDS is not signed by a key that the"),
    "no DS fits": (lambda: wish(zone(), frozenset({ds(STRANGER)})), "no DS of the parent fits a key of the zone"),
    "the first DS": (lambda: wish(zone(), frozenset()), "the first one is entered by hand (RFC 8078, 3)"),
    "asks to be lost": (lambda: wish(zone(asked=(STRANGER,))), "none of the DS that it asks for fits a key"),
    "asks to be unsigned": (lambda: wish(zone(asked=(), more=DELETE)), "which makes it unsigned (RFC 8078, 4)"),
    "SHA-1": (lambda: wish(zone(asked=(), more=SHA1)), "digest type 1, only SHA-256 and SHA-384 are taken"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_parent_must_not_take(name: str) -> None:
    made, said = CASES[name]
    found = judge(made(), NOW)
    assert len(found.reasons) == 1 and said in found.reasons[0], found.reasons


@pytest.mark.parametrize("days", [-1, 2], ids=["not-yet", "expired"])
def test_a_signature_out_of_its_time_proves_nothing(days: int) -> None:
    assert "its CDS is not signed" in judge(wish(zone()), NOW + days * 86400).reasons[0]
