"""How a zone stands on its servers: serials, signatures, delegation; asked of the servers themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dns.dnssec
import dns.message
import dns.name
import dns.rdatatype
import dns.zone
from dns.dnssectypes import DSDigest

from jiyue.dns.provider import signatures
from jiyue.dns.readback import ask, connected, soa_serial

Endpoint = tuple[str, int]
SOON = 3 * 86400
"""Seconds before the end of a signature from which it is told; Knot renews them seven days ahead."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One zone: serial by server (None: it does not serve it), end of its first signature, sets, what is wrong."""

    zone: str
    serials: Mapping[str, int | None]
    signed_until: str
    sets: int
    reasons: tuple[str, ...] = field(default=())


def serials(zones: Sequence[str], servers: Mapping[str, Endpoint]) -> dict[str, dict[str, int | None]]:
    """The serial of every zone on every server, one connection each; Silent when a server does not answer."""
    found: dict[str, dict[str, int | None]] = {zone: {} for zone in zones}
    for server, endpoint in servers.items():
        with connected(server, endpoint) as peer:
            for zone in zones:
                found[zone][server] = soa_serial(peer, zone)
    return found


def standing(
    zone: dns.zone.Zone, name: str, numbers: Mapping[str, int | None], now: float, more: Sequence[str]
) -> Standing:
    """What a transferred zone and its serials say; `more` are reasons found elsewhere."""
    ends = [at for _, at in signatures(zone)]
    until = datetime.fromtimestamp(min(ends), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if ends else ""
    sets = sum(1 for _ in zone.iterate_rdatasets())
    return Standing(name, dict(numbers), until, sets, (*_reasons(numbers, ends, until, now), *more))


def _reasons(numbers: Mapping[str, int | None], ends: Sequence[int], until: str, now: float) -> Iterator[str]:
    lame = [server for server, serial in numbers.items() if serial is None]
    if lame:
        yield f"lame delegation: {', '.join(lame)} does not answer for it with authority"
    if len({serial for serial in numbers.values() if serial is not None}) > 1:
        value = ", ".join(f"{server} {serial}" for server, serial in numbers.items())
        yield f"the serials differ: {value}"
    if not ends:
        yield "it is not signed"
    elif min(ends) <= now:
        yield f"a signature has expired at {until}"
    elif min(ends) - now < SOON:
        yield f"a signature expires at {until} and was not renewed"


def delegation(parent: Endpoint, server: str, zones: Mapping[str, dns.zone.Zone]) -> dict[str, list[str]]:
    """What is wrong with the parent's NS and DS of each zone; Silent when the parent's server does not answer."""
    found: dict[str, list[str]] = {}
    with connected(server, parent) as peer:
        for name, zone in zones.items():
            origin = dns.name.from_text(name)
            answer = ask(peer, name, "NS")
            above = {str(data) for rrset in (*answer.answer, *answer.authority) if rrset.rdtype == dns.rdatatype.NS
                     and rrset.name == origin for data in rrset}  # fmt: skip
            below = {str(data) for data in zone.get_rdataset(name, "NS") or ()}
            reasons = []
            if above != below:
                reasons.append(f"{server} delegates to {_list(above)}, the zone itself says {_list(below)}")
            keys = zone.get_rdataset(name, "DNSKEY") or ()
            own = {dns.dnssec.make_ds(origin, key, DSDigest.SHA256).to_text() for key in keys}
            given = {data.to_text() for rrset in ask(peer, name, "DS").answer if rrset.rdtype == dns.rdatatype.DS
                     for data in rrset}  # fmt: skip
            if not own & given:
                reasons.append(f"no DS at {server} fits a key of the zone")
            found[name] = reasons
    return found


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nobody"
