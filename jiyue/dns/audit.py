"""Judges what was seen of a zone on its servers and at its parent, item by item; pure, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.zone
from dns.dnssectypes import DSDigest

from inventory.naming import Watch
from jiyue.dns.provider import signatures
from jiyue.dns.zones import OWN

Verdict = Literal["pass", "fail", "unknown"]
PASS: Final = "pass"
FAIL: Final = "fail"
UNKNOWN: Final = "unknown"
DAY = 86400
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One item of one zone; `server` and `value` are what a failed one was seen at."""

    zone: str
    item: str
    verdict: Verdict
    reason: str = ""
    server: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Above:
    """What the parent's server says of a zone: its servers, its DS and the glue, by name."""

    server: str
    names: frozenset[str]
    ds: frozenset[str]
    glue: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A zone as transferred from its primary; serial by server (None: no authority), or why a server is `silent`.

    `addresses` has what each of the province's servers is reached at by their own zone, both families; `expected`
    are the servers that the inventory names. `above` is None where the environment holds no parent, a text where that
    is silent.
    """

    zone: str
    served: dns.zone.Zone
    serials: Mapping[str, int | None]
    silent: Mapping[str, str]
    addresses: Mapping[str, frozenset[str]]
    expected: frozenset[str]
    above: Above | str | None = None


def judge(seen: Seen, watch: Watch, now: float) -> list[Finding]:
    """Every item of the zone; `now` in seconds since 1970."""
    return [*_signatures(seen, watch, now), *_serials(seen), *_servers(seen), *_ttl(seen, watch), *_parent(seen)]


def _signatures(seen: Seen, watch: Watch, now: float) -> Iterator[Finding]:
    ends = sorted((at, owner) for owner, at in signatures(seen.served))
    if not ends:
        yield Finding(seen.zone, "signatures", FAIL, "it is not signed")
        return
    at, owner = ends[0]
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    left = (at - now) / DAY
    verdict: Verdict = PASS
    reason = ""
    if left <= 0:
        late = sum(end <= now for end, _ in ends)
        verdict, reason = FAIL, f"{late} signatures have expired, the first ({owner}) at {when}"
    elif left < watch.expiry_days:
        verdict, reason = (
            FAIL,
            f"the signature of {owner} ends at {when}, in {left:.1f} days; {watch.expiry_days} asked",
        )
    yield Finding(seen.zone, "signatures", verdict, reason, value=when)


def _serials(seen: Seen) -> Iterator[Finding]:
    for server, why in seen.silent.items():
        yield Finding(seen.zone, "serial", UNKNOWN, why, server)
    primary = _serial(seen.served)
    for server, number in seen.serials.items():
        if number is None:
            reason = f"lame delegation: {server} does not answer for it with authority"
            yield Finding(seen.zone, "lame", FAIL, reason, server)
            continue
        yield Finding(seen.zone, "lame", PASS, "", server)
        if number == primary:
            yield Finding(seen.zone, "serial", PASS, "", server, str(number))
        else:
            reason = f"{server} has serial {number}, the primary {primary}"
            yield Finding(seen.zone, "serial", FAIL, reason, server, str(number))


def _serial(zone: dns.zone.Zone) -> int:
    assert zone.origin is not None
    return int(zone.find_rdataset(zone.origin, "SOA")[0].serial)


def _own(seen: Seen, kind: str) -> Sequence[object]:
    return tuple(seen.served.get_rdataset(seen.zone, kind) or ())


def _servers(seen: Seen) -> Iterator[Finding]:
    """The NS of the zone itself: those of the inventory, each with an IPv6 address."""
    names = {str(data).lower() for data in _own(seen, "NS")}
    yield from _same(seen, "ns", names, seen.expected, "the zone itself")
    for name in sorted(names & seen.expected):
        addresses = seen.addresses.get(name, frozenset())
        six = sorted(one for one in addresses if ":" in one)
        reason = "" if six else f"{name} has no IPv6 address, only {_list(addresses)}"
        yield Finding(seen.zone, "ns-ipv6", PASS if six else FAIL, reason, name, ", ".join(six))


def _same(seen: Seen, item: str, have: set[str], want: frozenset[str], where: str) -> Iterator[Finding]:
    found = [f"{where} names {name}, which is none of ours" for name in sorted(have - want)]
    found += [f"{where} does not name {name}" for name in sorted(want - have)]
    yield Finding(seen.zone, item, FAIL if found else PASS, "; ".join(found), value=_list(have))


def _ttl(seen: Seen, watch: Watch) -> Iterator[Finding]:
    odd = sorted(
        f"{name} {kind} {rdataset.ttl}"
        for name, rdataset in seen.served.iterate_rdatasets()
        if (kind := dns.rdatatype.to_text(rdataset.rdtype)) not in OWN
        and not watch.ttl_least <= rdataset.ttl <= watch.ttl_most
    )
    reason = ""
    if odd:
        more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
        reason = f"TTL outside {watch.ttl_least} to {watch.ttl_most} s: {', '.join(odd[:_SHOWN])}{more}"
    yield Finding(seen.zone, "ttl", FAIL if odd else PASS, reason)


def _parent(seen: Seen) -> Iterator[Finding]:
    above = seen.above
    if above is None:
        return
    if isinstance(above, str):
        yield Finding(seen.zone, "delegation", UNKNOWN, above)
        return
    yield from _same(seen, "delegation", set(above.names), seen.expected, above.server)
    for name in sorted(above.glue):
        given, own = above.glue[name], seen.addresses.get(name, frozenset())
        reason = (
            "" if given == own else f"glue of {name} at {above.server} is {_list(given)}, its zone says {_list(own)}"
        )
        yield Finding(seen.zone, "glue", FAIL if reason else PASS, reason, name, _list(given))
    yield from _ds(seen, above)


def _ds(seen: Seen, above: Above) -> Iterator[Finding]:
    """A DS that fits no key breaks nothing while another one fits; none that fits breaks everything (RFC 4035 5.2)."""
    origin = dns.name.from_text(seen.zone)
    keys = {dns.dnssec.make_ds(origin, key, DSDigest.SHA256).to_text() for key in _own(seen, "DNSKEY")}  # type: ignore[arg-type]
    fits = keys & above.ds
    reason = "" if fits else f"no DS at {above.server} fits a key of the zone: it has {_list(above.ds)}"
    yield Finding(seen.zone, "ds", PASS if fits else FAIL, reason, above.server, _list(above.ds))
    asked = {str(data) for data in _own(seen, "CDS")}
    if not asked:
        return
    reason = (
        "" if asked == above.ds else f"the zone asks by CDS for {_list(asked)}, {above.server} has {_list(above.ds)}"
    )
    yield Finding(seen.zone, "cds", FAIL if reason else PASS, reason, above.server, _list(asked))


def _list(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
