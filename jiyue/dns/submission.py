"""What a zone asks its parent for by CDS, and whether the parent may believe it (RFC 7344, 8078); pure, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import dns.dnssec
import dns.exception
import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone
from dns.dnssectypes import DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

DIGESTS = (DSDigest.SHA256, DSDigest.SHA384)
"""SHA-1 is not to be used for a new DS (RFC 8624 3.3)."""
_DELETE = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A zone as transferred, the CDS that each of its servers answers (as DS texts), and the DS that its parent has."""

    zone: str
    served: dns.zone.Zone
    cds: Mapping[str, frozenset[str]]
    silent: Mapping[str, str]
    ds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Submission:
    """DS that the parent has and those it should have; `reasons` say why it must not take them."""

    zone: str
    have: tuple[str, ...]
    want: tuple[str, ...]
    reasons: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the parent still has to change."""
        return self.have != self.want


def judge(wish: Wish, now: float) -> Submission:
    """The zone's wish with every rule that it breaks; `now` in seconds since 1970.

    Without a CDS nothing is asked for, so what the parent has is what it should have.
    """
    asked = wish.served.get_rdataset(wish.zone, "CDS")
    want = frozenset(data.to_text() for data in asked or ())
    have = tuple(sorted(wish.ds))
    if asked is None:
        return Submission(wish.zone, have, have)
    reasons = [*_agreed(wish, want), *_permitted(asked)]
    if not reasons:
        reasons += [*_authentic(wish, asked, now), *_continues(wish, want)]
    return Submission(wish.zone, have, tuple(sorted(want)), tuple(reasons))


def _agreed(wish: Wish, want: frozenset[str]) -> Iterator[str]:
    """Every server asks for the same: one that lags, or was taken over, must not decide."""
    yield from wish.silent.values()
    for server, found in wish.cds.items():
        if found != want:
            yield f"{server} asks for {_list(found)}, the primary for {_list(want)}"


def _permitted(asked: dns.rdataset.Rdataset) -> Iterator[str]:
    for data in asked:
        if data.algorithm == _DELETE:
            yield "it asks for the removal of every DS, which makes it unsigned (RFC 8078, 4): that is done by hand"
        elif data.digest_type not in DIGESTS:
            yield f"it asks for a DS with digest type {data.digest_type}, only SHA-256 and SHA-384 are taken"


def _authentic(wish: Wish, asked: dns.rdataset.Rdataset, now: float) -> Iterator[str]:
    """The CDS is signed by a key that the parent's DS already vouches for (RFC 7344, 4.1)."""
    if not wish.ds:
        yield "the parent has no DS yet that could vouch for it: the first one is entered by hand (RFC 8078, 3)"
        return
    trusted = [key for key in _keys(wish) if _digests(wish.zone, key) & wish.ds]
    if not trusted:
        yield f"no DS of the parent fits a key of the zone: {_list(wish.ds)}"
        return
    if problem := _unsigned(wish, asked, trusted, now):
        yield f"its CDS is not signed by a key that the parent has a DS of: {problem}"


def _continues(wish: Wish, want: frozenset[str]) -> Iterator[str]:
    """The new set still fits a key that signs the zone's keys, else the zone would be lost (RFC 7344, 4.1)."""
    if not any(_digests(wish.zone, key) & want for key in _keys(wish)):
        yield f"none of the DS that it asks for fits a key of the zone: {_list(want)}"


def _unsigned(wish: Wish, asked: dns.rdataset.Rdataset, keys: list[DNSKEY], now: float) -> str:
    origin = dns.name.from_text(wish.zone)
    signatures = wish.served.get_rdataset(wish.zone, "RRSIG", "CDS")
    if signatures is None:
        return "it has no signature"
    trusted = dns.rdataset.from_rdata_list(0, keys)
    try:
        dns.dnssec.validate((origin, asked), (origin, signatures), {origin: trusted}, now=now)
    except dns.exception.DNSException as error:
        return str(error) or type(error).__name__
    return ""


def _keys(wish: Wish) -> list[DNSKEY]:
    return [key for key in wish.served.get_rdataset(wish.zone, "DNSKEY") or () if isinstance(key, DNSKEY)]


def _digests(zone: str, key: DNSKEY) -> frozenset[str]:
    origin = dns.name.from_text(zone)
    return frozenset(dns.dnssec.make_ds(origin, key, digest).to_text() for digest in DIGESTS)


def _list(found: frozenset[str]) -> str:
    return ", ".join(sorted(found)) or "nothing"
