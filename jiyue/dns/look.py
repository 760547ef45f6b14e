"""Looks at zones from outside: serials, addresses, delegation; a silent server is told, never an exception."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import dns.message
import dns.rdatatype

from inventory.errors import EnvironmentFailed
from jiyue.dns.audit import Above
from jiyue.dns.channel import Reach
from jiyue.dns.provider import Silent
from jiyue.dns.readback import answered, ask, connected, soa_serial

Endpoint = tuple[str, int]
T = TypeVar("T")


def serials(
    reach: Reach, servers: Sequence[str], zones: Sequence[str]
) -> tuple[dict[str, dict[str, int | None]], dict[str, str]]:
    """Serial by zone and server (None: no authority), and why each silent server says nothing."""
    return _each(reach, servers, zones, soa_serial)


def cds(
    reach: Reach, servers: Sequence[str], zones: Sequence[str]
) -> tuple[dict[str, dict[str, frozenset[str]]], dict[str, str]]:
    """The CDS (as DS texts) by zone and server, and why each silent server says nothing."""

    def one(peer: socket.socket, zone: str) -> frozenset[str]:
        return frozenset(answered(peer, zone, "CDS")[1])

    return _each(reach, servers, zones, one)


def _each(
    reach: Reach, servers: Sequence[str], zones: Sequence[str], question: Callable[[socket.socket, str], T]
) -> tuple[dict[str, dict[str, T]], dict[str, str]]:
    found: dict[str, dict[str, T]] = {zone: {} for zone in zones}
    silent: dict[str, str] = {}
    for server in servers:
        try:
            with connected(server, reach.endpoint(server)) as peer:
                answers = {zone: question(peer, zone) for zone in zones}
        except (Silent, EnvironmentFailed) as error:
            silent[server] = error.cause if isinstance(error, EnvironmentFailed) else str(error)
            continue
        for zone, answer in answers.items():
            found[zone][server] = answer
    return found, silent


def addresses(server: str, endpoint: Endpoint, names: Sequence[str]) -> dict[str, frozenset[str]]:
    """Both families' addresses of each name as `server` answers; Silent when it does not."""
    with connected(server, endpoint) as peer:
        return {name: frozenset(data for kind in ("A", "AAAA") for data in answered(peer, name, kind)[1])
                for name in names}  # fmt: skip


def above(reach: Reach, parent: str, zones: Sequence[str]) -> Mapping[str, Above | str]:
    """Servers, DS and glue of each zone at its parent's server; a text where that is silent."""
    try:
        with connected(parent, reach.endpoint(parent)) as peer:
            return {zone: _delegated(parent, zone, ask(peer, zone, "NS"), ask(peer, zone, "DS")) for zone in zones}
    except (Silent, EnvironmentFailed) as error:
        return dict.fromkeys(zones, error.cause if isinstance(error, EnvironmentFailed) else str(error))


def _delegated(parent: str, zone: str, names: dns.message.Message, signers: dns.message.Message) -> Above:
    servers = {
        str(data).lower()
        for rrset in (*names.answer, *names.authority)
        if rrset.rdtype == dns.rdatatype.NS and rrset.name.to_text().lower() == zone
        for data in rrset
    }
    glue: dict[str, frozenset[str]] = {
        # A parent must give glue only for servers below the zone or beside it under itself (RFC 9471).
        name: frozenset(
            str(data)
            for rrset in names.additional
            if rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA) and rrset.name.to_text().lower() == name
            for data in rrset
        )
        for name in servers
    }
    ds = {data.to_text() for rrset in signers.answer if rrset.rdtype == dns.rdatatype.DS for data in rrset}
    return Above(parent, frozenset(servers), frozenset(ds), glue)
